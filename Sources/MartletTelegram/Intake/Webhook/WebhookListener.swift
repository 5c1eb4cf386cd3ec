import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore

/// Takes a bot's messages from a webhook: listens, tells Telegram where, and answers its requests.
///
/// It speaks plain HTTP and keeps connections open; TLS is for the proxy in front. `GET /health` is answered without a secret.
/// It ends when the service group around it shuts down: no connections are taken any more, and requests that came are answered.
public struct WebhookListener: Sendable {
    private let api: any BotAPICalling
    private let intake: Intake
    private let endpoint: WebhookEndpoint
    private let settings: WebhookSettings
    private let retryPauses: (first: Duration, longest: Duration)
    private let onListening: @Sendable (Int) async -> Void
    private let logger: Logger

    /// Makes a listener.
    /// - Parameters:
    ///   - intake: Records what comes; what its line leads to has to run beside the listener.
    ///   - polling: Whose pauses are kept when Telegram cannot be told.
    ///   - onListening: Called with the port once requests are answered.
    public init(
        api: any BotAPICalling,
        intake: Intake,
        settings: WebhookSettings,
        polling: PollingSettings = PollingSettings(),
        logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.api = api
        self.intake = intake
        self.settings = settings
        self.retryPauses = (polling.firstPause, polling.longestPause)
        self.onListening = onListening
        self.logger = logger
        endpoint = WebhookEndpoint(
            intake: intake,
            secrets: settings.secrets,
            limits: settings.limits,
            logger: logger
        )
    }

    /// Answers what is left over from before, then listens until the service group shuts down or the task is cancelled.
    /// - Throws: ``TelegramError`` where Telegram refuses the webhook for good, ``WebhookError`` where the address cannot be
    ///   listened at, and the store's error when it cannot be read at the start.
    public func run() async throws {
        try await intake.takeUpLeftovers()
        let (ports, portSource) = AsyncStream<Int>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let application = application { portSource.yield($0) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                defer { portSource.finish() }
                do {
                    try await application.run()
                } catch let error as IOError {
                    throw WebhookError(error, host: settings.host, port: settings.port)
                }
                return true
            }
            group.addTask {
                for await port in ports {
                    try await announce(port: port)
                    await onListening(port)
                }
                return false
            }
            group.addTask {
                try await prune()
                return false
            }
            // The server's end is the end; until then the others may fail, which ends it too.
            defer { group.cancelAll() }
            while let hasEnded = try await group.next(), !hasEnded {}
        }
    }

    /// Tells Telegram where to deliver; waits while it cannot be reached.
    private func announce(port: Int) async throws {
        var pause = retryPauses.first
        while true {
            do {
                try await api.setWebhook(settings)
                logger.notice(
                    "Telegram delivers to the webhook",
                    metadata: ["webhook.url": "\(settings.url)", "server.address": "\(settings.host):\(port)"]
                )
                return
            } catch let error as TelegramError where error.passes || error.code == .tooManyRequests {
                let wait = error.wait(orElse: pause, atLeast: retryPauses.first)
                logger.error(
                    "The webhook could not be set yet; it is tried again",
                    metadata: ["error": "\(error)", "retry.pause": "\(wait)"]
                )
                try await Task.sleep(for: wait)
                pause = min(pause * 2, retryPauses.longest)
            }
        }
    }

    /// Forgets old updates once a day.
    private func prune() async throws {
        while true {
            do {
                try await intake.prune()
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.error("Old updates could not be removed; it is tried again", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: .seconds(86_400))
        }
    }

    private func application(
        onPort: @escaping @Sendable (Int) -> Void
    ) -> Application<CallbackResponder<BasicRequestContext>> {
        // The framework's own lines are for those who look for faults in it.
        var quiet = logger
        quiet.logLevel = max(quiet.logLevel, .notice)
        let host = settings.host
        let port = settings.port
        return Application(
            responder: CallbackResponder { request, _ in await respond(to: request) },
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ClosingHandler()],
                    idleTimeout: .seconds(120),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 << 10,
                        maxHeaderListSize: 16 << 10,
                        maxHeaderFieldCount: 64
                    )
                )
            ),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: .maximum(1024, logger: quiet)
            ),
            onServerRunning: { channel in onPort(channel.localAddress?.port ?? port) },
            logger: quiet
        )
    }

    private func respond(to request: Request) async -> Response {
        switch request.uri.path {
        case settings.path: await deliver(request)
        case "/health" where request.method == .get || request.method == .head:
            Response(
                status: .ok,
                headers: [.contentType: "text/plain"],
                body: request.method == .head ? .init() : .init(byteBuffer: ByteBuffer(string: "ok\n"))
            )
        default: Self.response(WebhookResponse(status: 404, reason: "nothing is here"), closes: true)
        }
    }

    private func deliver(_ request: Request) async -> Response {
        var delivery = WebhookRequest(
            method: request.method.rawValue,
            contentType: request.headers[.contentType],
            secret: request.headers[.secretToken],
            announcedByteCount: request.headers[.contentLength].flatMap { Int($0) }
        )
        if let refusal = endpoint.refusal(of: delivery) { return Self.response(refusal, closes: true) }
        do {
            delivery.body = try await body(of: request)
        } catch is NIOTooManyBytesError {
            return Self.response(WebhookResponse(status: 413, reason: "the body is too large"), closes: true)
        } catch {
            return Self.response(WebhookResponse(status: 408, reason: "the body did not arrive"), closes: true)
        }
        return Self.response(await endpoint.respond(to: delivery), closes: false)
    }

    /// The whole body; a sender that stalls is given up.
    private func body(of request: Request) async throws -> [UInt8] {
        let limit = endpoint.maximumByteCount
        let body = request.body
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { Array(try await body.collect(upTo: limit).readableBytesView) }
            group.addTask {
                try await Task.sleep(for: .seconds(30))
                throw CancellationError()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    private static func response(_ response: WebhookResponse, closes: Bool) -> Response {
        var headers = HTTPFields()
        if let pause = response.retryAfter { headers[.retryAfter] = "\(pause.components.seconds)" }
        if response.status == 405 { headers[.allow] = "POST" }
        // Whoever is refused before the body was read may send as much as it likes otherwise.
        if closes { headers[.connection] = "close" }
        if !response.reason.isEmpty { headers[.contentType] = "text/plain" }
        return Response(
            status: .init(code: response.status),
            headers: headers,
            body: response.reason.isEmpty ? .init() : .init(byteBuffer: ByteBuffer(string: response.reason + "\n"))
        )
    }
}

extension HTTPField.Name {
    /// What holds the webhook's secret; the name is one that HTTP allows.
    fileprivate static let secretToken = HTTPField.Name(WebhookRequest.secretHeader) ?? .authorization
}
