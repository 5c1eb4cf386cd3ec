import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// One request for a file, through its redirections.
struct Transfer {
    let client: HTTPClient
    let configuration: HubConfiguration
    let report: (ModelPull.Event) -> Void

    /// A server's answer that has bytes, or says that there are none.
    struct Answer {
        enum Status {
            case whole
            case partial
            case wrongRange
        }

        let status: Status
        let identity: RemoteIdentity
        let range: ContentRange?
        let body: HTTPClientResponse.Body
    }

    private static let maximumRedirectCount = 10

    /// Asks for `source` from byte `offset` on.
    ///
    /// - Parameters:
    ///   - source: The address before redirections.
    ///   - offset: How many bytes are here already; 0 asks for all.
    ///   - entityTag: What those bytes belonged to; a server with other bytes then sends all of its own.
    /// - Throws: `HubError` for what stays wrong, `Interruption` for what may pass.
    func open(_ source: URL, from offset: Int, entityTag: String?) async throws -> Answer {
        var url = source
        var identity = RemoteIdentity(source: source.absoluteString)
        for _ in 0...Transfer.maximumRedirectCount {
            report(.connecting(host: url.host ?? ""))
            let response = try await client.execute(
                request(for: url, from: offset, entityTag: entityTag),
                deadline: .distantFuture
            )
            // Only the hub itself knows a file's checksum; the servers behind it have tags that look alike and aren't.
            if Origin(url) == Origin(configuration.baseURL) {
                if let tag = response.headers.first(name: "x-linked-etag") {
                    identity.sha256 = Header.sha256(linkedTag: tag)
                }
                if let size = response.headers.first(name: "x-linked-size") { identity.byteCount = Int(size) }
            }
            switch response.status.code {
            case 301, 302, 303, 307, 308:
                url = try redirection(from: url, to: response.headers.first(name: "location"))
            case 200, 206, 416:
                return try answer(response, identity: identity, isRanged: offset > 0)
            default:
                throw Refusal(url: url, source: source, configuration: configuration).error(for: response)
            }
        }
        throw HubError(
            .unsafeRedirect,
            "\(source.host ?? "The server") redirects in circles.",
            remedy: "Check the address."
        )
    }

    private func request(for url: URL, from offset: Int, entityTag: String?) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url.absoluteString)
        request.headers.add(name: "user-agent", value: "martlet")
        request.headers.add(name: "accept-encoding", value: "identity")
        if let token = configuration.token(for: url) {
            request.headers.add(name: "authorization", value: "Bearer \(token)")
        }
        if offset > 0 {
            request.headers.add(name: "range", value: "bytes=\(offset)-")
            if let entityTag { request.headers.add(name: "if-range", value: entityTag) }
        }
        return request
    }

    private func redirection(from url: URL, to location: String?) throws(HubError) -> URL {
        guard let location, let next = URL(string: location, relativeTo: url)?.absoluteURL,
            let scheme = next.scheme?.lowercased(), ["http", "https"].contains(scheme)
        else {
            throw HubError(
                .unexpectedResponse,
                "\(url.host ?? "The server") redirects to no valid address.",
                remedy: "Check the address."
            )
        }
        guard scheme == "https" || url.scheme?.lowercased() == "http" else {
            throw HubError(
                .unsafeRedirect,
                "\(url.host ?? "The server") redirects from an encrypted connection to an open one.",
                remedy: "Fetch the file from a source that stays encrypted."
            )
        }
        return next
    }

    private func answer(
        _ response: HTTPClientResponse,
        identity: RemoteIdentity,
        isRanged: Bool
    ) throws -> Answer {
        var identity = identity
        identity.entityTag = Header.strongTag(response.headers.first(name: "etag"))
        let range = response.headers.first(name: "content-range").flatMap { ContentRange($0) }
        let status: Answer.Status
        let announced: Int?
        switch response.status.code {
        case 200:
            status = .whole
            announced = response.headers.first(name: "content-length").flatMap { Int($0) }
        case 206 where isRanged:
            status = .partial
            announced = range?.total
        case 416 where isRanged:
            status = .wrongRange
            announced = range?.total
        default:
            throw HubError(
                .unexpectedResponse,
                "The server answered \(response.status.code) to a request for a whole file.",
                remedy: "Try another source."
            )
        }
        if status != .wrongRange, let announced {
            guard identity.byteCount == nil || identity.byteCount == announced else {
                throw HubError(
                    .wrongSize,
                    "The hub says that the file has \(identity.byteCount ?? 0) bytes, its server offers \(announced).",
                    remedy: "Try again later, or another source."
                )
            }
            identity.byteCount = announced
        }
        return Answer(status: status, identity: identity, range: range, body: response.body)
    }
}
