import MartletCore

extension AWSError {
    private static let maximumMessageLength = 400

    /// Reads an answer that is not a success.
    init(_ answer: AWSTransport.Answer, name: String) {
        let body = (try? JSONValue(parsing: answer.body)) ?? .null
        let requestID = answer.header("x-amzn-requestid") ?? answer.header("x-amz-request-id")
        let named = body["__type"]?.string ?? body["code"]?.string ?? answer.header("x-amzn-errortype")
        guard let code = named.flatMap({ Self.code($0) }) else {
            self = Self.foreign(answer, name: name)
            return
        }
        let text = body["message"]?.string ?? body["Message"]?.string ?? ""
        self.init(
            code: code,
            message: "\(name): \(Self.words(for: code, text: text))",
            remedy: Self.remedy(for: code, action: name),
            status: answer.status,
            requestID: requestID.map { Self.shown($0, limit: 80) },
            details: body
        )
        retryAfter = Self.retryAfter(answer)
    }

    /// An answer whose sender is not known: a proxy's page, or a load balancer's.
    static func foreign(_ answer: AWSTransport.Answer, name: String) -> AWSError {
        let type = answer.header("content-type")?.lowercased() ?? ""
        let isPage = type.hasPrefix("text/html") || answer.body.first { $0 > 0x20 } == UInt8(ascii: "<")
        var error = AWSError(
            code: answer.status == 429 ? "TooManyRequestsException" : unreadable,
            message: "\(name): the answer, status \(answer.status), is "
                + (isPage ? "a page for people and not the service's" : "not one of the service's"),
            remedy: "See that AWS_ENDPOINT_URL and the region are right, and that no proxy stands between",
            status: answer.status
        )
        error.retryAfter = retryAfter(answer)
        return error
    }

    /// `ResourceNotFoundException` of `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException` or of
    /// `ResourceNotFoundException:http://…`.
    private static func code(_ text: String) -> String? {
        let name = text.split(separator: "#").last ?? ""
        let plain = name.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "_") }
        return plain.isEmpty ? nil : String(plain.prefix(80))
    }

    /// What the service says, in a form that can be shown.
    private static func words(for code: String, text: String) -> String {
        // These quote the whole request, the session's token among it.
        if signatureCodes.contains(code) { return "the signature is not accepted" }
        let words = withoutValues(text)
        return words.isEmpty ? "refused" : shown(words, limit: maximumMessageLength)
    }

    /// The text with `Value '…' at` shortened, which quotes what was sent.
    private static func withoutValues(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "Value '") {
            result += rest[..<start.upperBound] + "…"
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: "' at ") else { return result + "'" }
            rest = rest[end.lowerBound...]
        }
        return result + rest
    }

    /// One line, without control characters and without its full stop.
    private static func shown(_ text: String, limit: Int) -> String {
        let words = String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
            .split(separator: " ").joined(separator: " ")
        var shown = words.count > limit ? words.prefix(limit) + "…" : words[...]
        while shown.last == "." { shown.removeLast() }
        return String(shown)
    }

    private static func retryAfter(_ answer: AWSTransport.Answer) -> Duration? {
        if let text = answer.header("x-amz-retry-after"), let count = Int64(text), (0...60_000).contains(count) {
            return .milliseconds(count)
        }
        guard let text = answer.header("retry-after"), let count = Int64(text), (0...60).contains(count) else {
            return nil
        }
        return .seconds(count)
    }

    /// Codes that a wrong clock also leads to.
    static let clockCodes: Set<String> = signatureCodes.union([
        "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "AuthFailure",
    ])
    /// Codes for credentials that were good once.
    static let expiryCodes: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired",
    ]
    private static let signatureCodes: Set<String> = [
        "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException",
    ]

    private static func remedy(for code: String, action: String) -> String? {
        switch code {
        case _ where signatureCodes.contains(code):
            "Check AWS_SECRET_ACCESS_KEY and AWS_REGION, and this machine's clock"
        case "RequestTimeTooSkewed", "RequestInTheFuture": "Set this machine's clock"
        case _ where expiryCodes.contains(code):
            "Renew the credentials: aws sso login, or fresh AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"
        case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "MissingAuthenticationToken",
            "MissingAuthenticationTokenException":
            "Check the AWS credentials: the key is not known there, or belongs to another partition"
        case "AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorized", "OptInRequired":
            "Allow \(action) to this identity; martlet aws check shows which it is"
        case "DecryptionFailure", "KMSAccessDeniedException", "KmsAccessDenied", "AccessDeniedByKms":
            "Allow kms:Decrypt with the key that encrypts it to this identity"
        case "UnknownOperationException", "InvalidAction":
            "See that AWS_ENDPOINT_URL names a server that knows this service"
        case _ where AWSError(code: code, message: "").isThrottling: "Wait a moment, or raise the service's limit"
        default: nil
        }
    }
}
