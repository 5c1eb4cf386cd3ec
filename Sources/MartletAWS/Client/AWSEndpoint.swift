import FoundationEssentials

/// The address of a service, checked.
struct AWSEndpoint: Sendable, Hashable {
    /// Scheme, host and port; no slash at the end.
    let origin: String
    /// Host and port as the `Host` header has them.
    let authority: String
    /// The path, `/` at least.
    let path: String

    /// AWS's own address of a service in a region.
    init(service: String, region: String) throws(AWSError) {
        authority = "\(service).\(try Self.checked(region: region)).\(Self.domain(of: region))"
        origin = "https://\(authority)"
        path = "/"
    }

    /// Reads an address.
    ///
    /// Without TLS only this machine and private networks are spoken to, where emulators of AWS run.
    init(_ text: String) throws(AWSError) {
        guard let url = URL(string: text), let host = url.host?.lowercased(), !host.isEmpty,
            let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme), url.user == nil,
            url.port.map({ (1...65_535).contains($0) }) ?? true
        else {
            throw AWSError(
                code: AWSError.invalidEndpoint,
                message: "the address that is set for AWS is not one that can be called",
                remedy: "Set AWS_ENDPOINT_URL to one such as http://127.0.0.1:5000, or take it out of the environment"
            )
        }
        guard scheme == "https" || Self.isNear(host) else {
            throw AWSError(
                code: AWSError.invalidEndpoint,
                message: "the connection to \(host) would not be encrypted",
                remedy: "Use https in AWS_ENDPOINT_URL"
            )
        }
        let literal = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        authority = literal + (url.port.map { ":\($0)" } ?? "")
        origin = "\(scheme)://\(authority)"
        let path = url.path(percentEncoded: true)
        self.path = path.isEmpty ? "/" : path
    }

    /// The region, if it is one.
    static func checked(region: String) throws(AWSError) -> String {
        let isPlain =
            !region.isEmpty && region.utf8.count <= 40
            && region.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
        guard isPlain else {
            throw AWSError(
                code: AWSError.invalidRegion,
                message: region.isEmpty ? "no AWS region is set" : "the AWS region is not one",
                remedy: "Set AWS_REGION to one such as eu-west-1"
            )
        }
        return region
    }

    private static func domain(of region: String) -> String {
        switch true {
        case region.hasPrefix("cn-"): "amazonaws.com.cn"
        case region.hasPrefix("us-iso-"): "c2s.ic.gov"
        case region.hasPrefix("us-isob-"): "sc2s.sgov.gov"
        case region.hasPrefix("eusc-"): "amazonaws.eu"
        default: "amazonaws.com"
        }
    }

    /// Whether a host is this machine, one of a private network, or a name that only such a network knows.
    private static func isNear(_ host: String) -> Bool {
        let host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        if host.contains(":") {
            return host == "::1" || ["fc", "fd", "fe8", "fe9", "fea", "feb"].contains { host.hasPrefix($0) }
        }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts.allSatisfy({ UInt8($0) != nil }) else {
            return parts.count == 1 || ["localhost", "internal", "local"].contains { parts.last == $0[...] }
        }
        let bytes = parts.compactMap { UInt8($0) }
        switch (bytes[0], bytes[1]) {
        case (127, _), (10, _), (192, 168), (169, 254): return true
        case (172, let second): return (16...31).contains(second)
        default: return false
        }
    }
}
