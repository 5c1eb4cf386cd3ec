public import Hummingbird
import NIOCore

extension Request {
    /// The whole body.
    ///
    /// A body whose `content-length` is over the limit is refused before it is read.
    /// - Throws: ``APIError``: 413 over the context's limit, 408 when it doesn't arrive in time, 400 when it breaks off.
    public func collectedBody(_ context: APIRequestContext) async throws(APIError) -> ByteBuffer {
        let limit = context.maxUploadSize
        if let announced = headers[.contentLength].flatMap({ Int($0) }), announced > limit {
            throw .tooLarge(limit: limit)
        }
        let body = body
        let collected: ByteBuffer?
        do {
            collected = try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
                group.addTask { try await body.collect(upTo: limit) }
                group.addTask {
                    try await Task.sleep(for: context.bodyTimeout)
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        } catch is NIOTooManyBytesError {
            throw .tooLarge(limit: limit)
        } catch is CancellationError {
            throw .unavailable("The server stops; try again later.")
        } catch {
            throw .invalidRequest("The request's body broke off.")
        }
        guard let collected else { throw .timedOut }
        return collected
    }
}
