public import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// A text that stands at an address, for the persona's `{context}`.
public struct HTTPTextSource: Sendable {
    private let client: HTTPClient
    private let url: String
    private let timeout: Duration
    private let maximumByteCount: Int

    /// Why the text cannot be had; names neither the address nor the text.
    public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// What happened, and the remedy.
        public var description: String
    }

    /// Makes a source.
    /// - Parameters:
    ///   - timeout: How long the whole fetch may take.
    ///   - maximumByteCount: The largest text that is taken.
    public init(
        client: HTTPClient,
        url: String,
        timeout: Duration = .seconds(10),
        maximumByteCount: Int = 1 << 20
    ) {
        self.client = client
        self.url = url
        self.timeout = timeout
        self.maximumByteCount = maximumByteCount
    }

    /// Gets the text; bytes that are not UTF-8 become U+FFFD.
    public func fetch() async throws -> String {
        let milliseconds = timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000
        do {
            let response = try await client.execute(HTTPClientRequest(url: url), timeout: .milliseconds(milliseconds))
            guard response.status == .ok else {
                throw Failure(description: "the server answered \(response.status.code); check CTX_FILE_URL")
            }
            let body = try await response.body.collect(upTo: maximumByteCount)
            return String(decoding: body.readableBytesView, as: UTF8.self)
        } catch let error as Failure {
            throw error
        } catch is NIOTooManyBytesError {
            throw Failure(description: "the text is larger than \(maximumByteCount) bytes; shorten it")
        } catch let error as HTTPClientError {
            throw Failure(description: "\(error.shortDescription); check CTX_FILE_URL and the network")
        }
    }
}
