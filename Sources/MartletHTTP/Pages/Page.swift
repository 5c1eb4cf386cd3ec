import Crypto
import HTTPTypes
import Hummingbird

/// A file that is part of the program, as browsers get it.
struct Page: Sendable {
    /// Scripts and styles of this server only, and nothing that frames it or that its forms could go to.
    static let contentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    private let contentType: String
    private let body: ByteBuffer
    private let tag: String
    private let isHTML: Bool

    /// Makes a page of its bytes; its tag is their hash.
    init(_ bytes: [UInt8], contentType: String) {
        self.contentType = contentType
        self.body = ByteBuffer(bytes: bytes)
        self.tag = "\"" + Array(SHA256.hash(data: bytes)).prefix(12).hexadecimal + "\""
        self.isHTML = contentType.hasPrefix("text/html")
    }

    /// The response: the bytes, or 304 to somebody who has them.
    func response(to request: Request) -> Response {
        var headers: HTTPFields = [.eTag: tag, .cacheControl: "no-cache", .contentType: contentType]
        if isHTML {
            headers[.contentSecurityPolicy] = Self.contentPolicy
            headers[.frameOptions] = "DENY"
        }
        let known = (request.headers[.ifNoneMatch] ?? "").split(separator: ",")
        let isKnown = known.contains { part in
            let trimmed = part.filter { $0 != " " }
            return trimmed == "*" || trimmed == tag || trimmed == "W/" + tag
        }
        return isKnown
            ? Response(status: .notModified, headers: headers)
            : Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}

extension HTTPField.Name {
    static let frameOptions = HTTPField.Name(literal: "x-frame-options")
}
