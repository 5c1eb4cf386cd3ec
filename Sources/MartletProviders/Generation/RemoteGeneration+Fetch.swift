import AsyncHTTPClient
import MartletCore
import NIOHTTP1

#if canImport(FoundationEssentials)
import FoundationEssentials
#endif

extension RemoteGeneration {
    /// Sends a request whose answer is one small JSON value, once.
    ///
    /// - Parameters:
    ///   - request: What it is about, so that failures repeat none of it.
    ///   - timeout: How long it may take; nil as long as an answer's first byte.
    /// - Throws: ``ProviderError``; `CancellationError`.
    func fetch(_ message: WireRequest, for request: GenerationRequest, timeout: Duration?) async throws -> JSONValue {
        try await transport.fetch(
            message,
            identity: wire.identity,
            timeout: timeout ?? settings.timeouts.firstByte,
            request: request
        )
    }
}

extension ProviderTransport {
    /// Sends a request whose answer is one JSON value, once.
    ///
    /// - Parameter limit: The longest answer in bytes.
    /// - Throws: ``ProviderError``; `CancellationError`.
    func fetch(
        _ message: WireRequest,
        identity: ProviderIdentity,
        timeout: Duration,
        limit: Int = 16 << 20,
        request: GenerationRequest
    ) async throws -> JSONValue {
        try await withThrowingTaskGroup(of: JSONValue.self) { group in
            group.addTask {
                let response = try await self.open(message, provider: identity.name)
                let body: [UInt8]
                do {
                    body = try await response.prefix(upTo: limit)
                } catch {
                    try Task.checkCancellation()
                    throw Self.translate(error, provider: identity.name)
                }
                let value = try? JSONValue(parsing: body)
                guard (200..<300).contains(response.status.code) else {
                    throw UpstreamFailure.error(
                        value.flatMap { UpstreamComplaint($0) },
                        status: Int(response.status.code),
                        retryAfter: RetryAfter.read(
                            { response.headers.first(name: $0) },
                            now: Int64(Date().timeIntervalSince1970)
                        ),
                        identity: identity,
                        request: request
                    )
                }
                guard body.count < limit else {
                    throw ProviderError(
                        .responseTooLarge,
                        provider: identity.name,
                        "the answer is longer than \(limit >> 20) MiB",
                        remedy: "Ask for less at once"
                    )
                }
                guard let value else {
                    throw ProviderError(
                        .malformedResponse,
                        provider: identity.name,
                        "the answer is not JSON",
                        remedy: "Check base_url"
                    )
                }
                return value
            }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw ProviderError(
                    .timedOut,
                    provider: identity.name,
                    "the provider did not answer within \(timeout)",
                    remedy: "Try again later"
                )
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}
