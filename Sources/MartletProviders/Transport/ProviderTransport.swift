public import AsyncHTTPClient
import MartletCore
import NIOCore
import NIOHTTP1

/// The one way from this process to providers elsewhere.
///
/// Follows no redirections, as they would carry keys along, and retries nothing by itself.
public final class ProviderTransport: Sendable {
    /// What requests are sent with; nil where nothing may be sent.
    public var httpClient: HTTPClient? { client }
    private let client: HTTPClient?

    private init(client: HTTPClient?) {
        self.client = client
    }

    /// A transport without a network: every request fails with ``ProviderError/Code/localOnly``, and no socket is opened.
    public static let localOnly = ProviderTransport(client: nil)

    /// A transport for as long as the process lives, for models that nothing closes before it ends.
    public static let ofProcess = ProviderTransport(client: makeClient(connectTimeout: .seconds(10)))

    private static func makeClient(connectTimeout: Duration) -> HTTPClient {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .nanoseconds(Int64(connectTimeout / .nanoseconds(1)))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        configuration.connectionPool.retryConnectionEstablishment = false
        // One connection for each answer, so that giving an answer up closes something that the other side sees.
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Runs `body` with a transport, and closes its connections afterwards.
    ///
    /// - Parameters:
    ///   - isLocalOnly: Whether requests are refused instead of sent.
    ///   - connectTimeout: How long a connection, TLS included, may take to come about.
    public static func withTransport<Result>(
        isLocalOnly: Bool = false,
        connectTimeout: Duration = .seconds(10),
        _ body: (ProviderTransport) async throws -> Result
    ) async throws -> Result {
        guard !isLocalOnly else { return try await body(.localOnly) }
        let client = makeClient(connectTimeout: connectTimeout)
        let result: Result
        do {
            result = try await body(ProviderTransport(client: client))
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
        return result
    }

    /// Sends a request and waits for the head of its answer.
    ///
    /// Cancelling the task closes the connection.
    ///
    /// - Throws: ``ProviderError`` where the provider cannot be reached; `CancellationError`.
    func open(_ request: WireRequest, provider: String) async throws -> HTTPClientResponse {
        guard let client else {
            throw ProviderError(
                .localOnly,
                provider: provider,
                "only local models may be used here, and this one runs elsewhere, so nothing was sent",
                remedy: "Name a local model, or take local_only out of the configuration"
            )
        }
        var message = HTTPClientRequest(url: request.url)
        message.method = HTTPMethod(rawValue: request.method)
        message.headers.add(name: "user-agent", value: "martlet")
        for header in request.headers { message.headers.add(name: header.name, value: header.value) }
        if !request.body.isEmpty { message.body = .bytes(ByteBuffer(bytes: request.body)) }
        do {
            return try await client.execute(message, deadline: .distantFuture)
        } catch {
            try Task.checkCancellation()
            throw Self.translate(error, provider: provider)
        }
    }

    /// Says in our words why a connection failed; the library's may quote addresses and headers.
    static func translate(_ error: any Error, provider: String) -> ProviderError {
        let text = "\(error)".lowercased()
        let reason: String
        let remedy: String
        switch true {
        case text.contains("refused"):
            reason = "nothing listens at its address"
            remedy = "Check base_url, and that the server runs"
        case text.contains("certificate") || text.contains("handshake") || text.contains("ssl"):
            reason = "no encrypted connection could be made to it"
            remedy = "Check base_url, the server's certificate and this machine's clock"
        case text.contains("getaddrinfo") || text.contains("unknown host") || text.contains("dnserror")
            || text.contains("name or service") || text.contains("name resolution"):
            reason = "its host's name is not known"
            remedy = "Check base_url and the network"
        case text.contains("timeout"):
            reason = "it could not be reached in time"
            remedy = "Check base_url and the network"
        default:
            reason = "the connection to it failed or was closed"
            remedy = "Check the network, and try again"
        }
        return ProviderError(.connectionFailed, provider: provider, reason, remedy: remedy)
    }
}

extension HTTPClientResponse {
    /// The first bytes of the body, up to a limit; what comes after is left.
    func prefix(upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await buffer in body {
            bytes += buffer.readableBytesView.prefix(limit - bytes.count)
            guard bytes.count < limit else { break }
        }
        return bytes
    }
}
