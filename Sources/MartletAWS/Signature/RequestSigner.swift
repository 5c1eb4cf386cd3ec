import Crypto
import MartletCore

/// Signs requests to AWS with Signature Version 4; a pure function of the request, the credentials and the time.
///
/// - SeeAlso: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
public struct RequestSigner: Sendable {
    /// A request as it will be sent.
    public struct Message: Sendable {
        /// The method, in capitals.
        public var method: String
        /// The path as it is on the wire, percent-encoded.
        public var path: String
        /// What follows the question mark, as it is on the wire.
        public var query: String
        /// The headers, `host` among them; all of them are signed.
        public var headers: [(name: String, value: String)]
        /// The body.
        public var body: [UInt8]

        /// Makes a message.
        public init(
            method: String,
            path: String,
            query: String = "",
            headers: [(name: String, value: String)],
            body: [UInt8] = []
        ) {
            self.method = method
            self.path = path
            self.query = query
            self.headers = headers
            self.body = body
        }
    }

    /// How services differ in what they sign.
    public struct Options: Sendable, Hashable {
        /// Whether `.`, `..` and empty parts of the path are resolved; false for S3.
        public var normalizesPath = true
        /// Whether the path is percent-encoded once more than it is on the wire; false for S3.
        public var encodesPath = true
        /// Whether the body's hash becomes a header; S3 wants it.
        public var addsBodyHash = false
        /// Whether the session's token is signed; a few services want it added afterwards.
        public var signsSessionToken = true

        /// What nearly all services want.
        public init() {}
    }

    private let credentials: AWSCredentials
    private let region: String
    private let service: String
    private let options: Options

    /// Makes a signer for a service in a region.
    public init(credentials: AWSCredentials, region: String, service: String, options: Options = Options()) {
        self.credentials = credentials
        self.region = region
        self.service = service
        self.options = options
    }

    /// The headers to add to a message, `Authorization` last.
    ///
    /// - Parameter time: Seconds since 1970; the service refuses what is more than a few minutes off.
    /// - Complexity: O(body + headers).
    public func headers(for message: Message, at time: Int64) -> [(name: String, value: String)] {
        let added = addedHeaders(message, at: time)
        var message = message
        message.headers += added
        let signed = stringToSign(message, at: time)
        let key = SymmetricKey(data: signingKey(at: time))
        let signature = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: key)
        var result = added
        if let token = credentials.sessionToken, !options.signsSessionToken {
            result.append(("x-amz-security-token", token))
        }
        result.append(
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope(at: time)), "
                    + "SignedHeaders=\(Self.signedHeaders(message)), Signature=\(hex(signature))"
            )
        )
        return result
    }

    /// The message in the form in which it is hashed, without the headers that signing adds.
    package func canonicalRequest(_ message: Message, at time: Int64) -> String {
        var message = message
        message.headers += addedHeaders(message, at: time)
        return canonical(message)
    }

    private func addedHeaders(_ message: Message, at time: Int64) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        if !message.headers.contains(where: { $0.name.lowercased() == "x-amz-date" }) {
            headers.append(("x-amz-date", Self.timestamp(time)))
        }
        if let token = credentials.sessionToken, options.signsSessionToken {
            headers.append(("x-amz-security-token", token))
        }
        if options.addsBodyHash { headers.append(("x-amz-content-sha256", hex(SHA256.hash(data: message.body)))) }
        return headers
    }

    private func stringToSign(_ message: Message, at time: Int64) -> String {
        let hash = hex(SHA256.hash(data: Array(canonical(message).utf8)))
        return "AWS4-HMAC-SHA256\n\(Self.timestamp(time))\n\(scope(at: time))\n\(hash)"
    }

    private func canonical(_ message: Message) -> String {
        let headers = Self.canonicalHeaders(message).map { "\($0.name):\($0.value)\n" }.joined()
        return [
            message.method, canonicalPath(message.path), Self.canonicalQuery(message.query), headers,
            Self.signedHeaders(message), hex(SHA256.hash(data: message.body)),
        ].joined(separator: "\n")
    }

    private func canonicalPath(_ path: String) -> String {
        var path = path.isEmpty ? "/" : path
        if options.normalizesPath {
            var parts: [Substring] = []
            for part in path.split(separator: "/") {
                if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(part) }
            }
            let endsWithSlash = path.hasSuffix("/") || path.hasSuffix("/.") || path.hasSuffix("/..")
            path = "/" + parts.joined(separator: "/") + (endsWithSlash && !parts.isEmpty ? "/" : "")
        }
        return options.encodesPath ? PercentEncoding.encode(path, keeping: "/") : path
    }

    private static func canonicalQuery(_ query: String) -> String {
        let pairs = query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.map { PercentEncoding.encode(bytes: PercentEncoding.decode(String($0))) }
        }
        let sorted = pairs.map { (name: $0[0], value: $0.count > 1 ? $0[1] : "") }
            .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
        return sorted.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    private static func canonicalHeaders(_ message: Message) -> [(name: String, value: String)] {
        var values: [String: [String]] = [:]
        for header in message.headers {
            // White space around values goes, and within them is one space.
            let value = header.value.split { $0.isWhitespace }.joined(separator: " ")
            values[header.name.lowercased(), default: []].append(value)
        }
        return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.joined(separator: ",")) }
    }

    private static func signedHeaders(_ message: Message) -> String {
        canonicalHeaders(message).map(\.name).joined(separator: ";")
    }

    private func scope(at time: Int64) -> String {
        "\(Self.timestamp(time).prefix(8))/\(region)/\(service)/aws4_request"
    }

    private func signingKey(at time: Int64) -> [UInt8] {
        var key = Array("AWS4\(credentials.secretAccessKey)".utf8)
        for part in [String(Self.timestamp(time).prefix(8)), region, service, "aws4_request"] {
            key = Array(HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: SymmetricKey(data: key)))
        }
        return key
    }

    /// `20150830T123600Z`.
    static func timestamp(_ time: Int64) -> String {
        func digits(_ number: Int, _ count: Int) -> String {
            String(repeating: "0", count: max(0, count - "\(number)".count)) + "\(number)"
        }
        let civil = CivilTime(secondsSince1970: time)
        return digits(civil.year, 4) + digits(civil.month, 2) + digits(civil.day, 2) + "T" + digits(civil.hour, 2)
            + digits(civil.minute, 2) + digits(civil.second, 2) + "Z"
    }

    private func hex(_ bytes: some Swift.Sequence<UInt8>) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
