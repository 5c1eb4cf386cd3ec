/// Where the Runtime API is: what `AWS_LAMBDA_RUNTIME_API` says.
public struct RuntimeAddress: Sendable, Hashable {
    /// The host, a name or an address; an IPv6 address without brackets.
    public let host: String
    /// The port.
    public let port: Int

    /// Takes a host and a port.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`.
    ///
    /// - Throws: ``LambdaError`` for anything else.
    public init(_ text: String) throws(LambdaError) {
        let error = LambdaError(
            .setting,
            "AWS_LAMBDA_RUNTIME_API is no host and port; Lambda sets it, so unset it elsewhere to use the emulator"
        )
        guard let colon = text.lastIndex(of: ":") else { throw error }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        let isSane = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
        guard !host.isEmpty, isSane, let port = Int(text[text.index(after: colon)...]), (1...65535).contains(port)
        else { throw error }
        self.init(host: String(host), port: port)
    }

    /// The address as it stands in a `Host` field.
    var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
