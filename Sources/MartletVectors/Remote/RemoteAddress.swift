import FoundationEssentials
import MartletCore

/// Where a server is, checked: an address of HTTP without a slash at its end.
struct RemoteAddress: Sendable, Hashable {
    /// The address.
    let text: String
    /// Whether TLS protects the connection.
    let isEncrypted: Bool

    /// Reads an address.
    /// - Throws: ``VectorStoreError`` with `invalid` for anything but `http://host…` and `https://host…`.
    init(_ text: String, of server: String) throws {
        var trimmed = text
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        guard let url = URL(string: trimmed), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme),
            let host = url.host, !host.isEmpty, url.user == nil, url.password == nil, url.query == nil,
            url.fragment == nil
        else {
            throw VectorStoreError(
                .invalid,
                "the address of \(server) is not one that can be called",
                remedy: "Give one such as http://127.0.0.1:8000, without a name, a key or a question mark in it"
            )
        }
        self.text = trimmed
        isEncrypted = scheme == "https"
    }
}
