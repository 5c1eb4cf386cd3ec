extension ServerConfiguration {
    /// Refuses a server that others can reach and that anybody may use.
    /// - Throws: ``ServerError`` with the remedies.
    public func checkProtection(hasKeys: Bool) throws(ServerError) {
        guard !hasKeys, !Self.isLoopback(host) else { return }
        throw ServerError(
            code: .unprotected,
            description:
                "without API keys Martlet listens on this machine only, and \(host) can be reached from others. "
                + "Make a key with 'martlet make-key NAME' and give the file with --keys, or set MARTLET_API_KEY; "
                + "--insecure-no-keys serves everybody who reaches \(host)"
        )
    }

    /// Whether an address or name means this machine only.
    static func isLoopback(_ host: String) -> Bool {
        let host = host.lowercased()
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
