import FoundationEssentials

/// The address of a provider's interface, checked.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// The address without a slash at its end.
    public let text: String
    /// The host, in lower case.
    public let host: String
    /// The port, where it isn't the scheme's own.
    public let port: Int?
    /// The path without a slash at its end; empty for none.
    public let path: String
    /// Whether TLS protects the connection.
    public let isEncrypted: Bool

    /// Reads an address.
    ///
    /// - Parameter allowsOpenConnections: Whether keys and chats may travel to other machines without TLS; to this machine
    ///   they always may.
    /// - Throws: ``ProviderError`` for anything but `https://host…` and what is allowed of `http://host…`.
    public init(_ text: String, provider: String, allowsOpenConnections: Bool = false) throws(ProviderError) {
        guard let url = URL(string: text), let host = url.host?.lowercased(), !host.isEmpty,
            let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme)
        else {
            throw ProviderError(
                .unusableEndpoint,
                provider: provider,
                "the address is not one that can be called",
                remedy: "Give an address such as https://api.openai.com/v1 as base_url"
            )
        }
        guard url.user == nil, url.password == nil, url.query == nil, url.fragment == nil else {
            throw ProviderError(
                .unusableEndpoint,
                provider: provider,
                "the address of \(host) has a user, a query or a fragment in it",
                remedy: "Leave them out of base_url; keys belong into api_key"
            )
        }
        isEncrypted = scheme == "https"
        guard isEncrypted || allowsOpenConnections || Self.isLoopback(host) else {
            throw ProviderError(
                .unusableEndpoint,
                provider: provider,
                "the connection to \(host) would not be encrypted, so that anybody on the way could read key and chats",
                remedy: "Use https, or set allow_http: true for this model if the network is yours"
            )
        }
        var path = url.path(percentEncoded: true)
        while path.hasSuffix("/") { path.removeLast() }
        self.host = host
        self.port = url.port
        self.path = path
        let literal = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        self.text = "\(scheme)://\(literal)" + (url.port.map { ":\($0)" } ?? "") + path
    }

    /// The address.
    public var description: String { text }

    /// Host and port as the `Host` header has them.
    var authority: String {
        let literal = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        return literal + (port.map { ":\($0)" } ?? "")
    }

    /// The address with `/v1` where it names no path, as the common clients take theirs.
    func addingVersion() -> String { path.isEmpty ? text + "/v1" : text }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
