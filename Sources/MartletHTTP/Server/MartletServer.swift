package import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
public import ServiceLifecycle

/// The HTTP server: listens, lets callers in, answers by its routes, and ends gracefully.
///
/// It serves from the moment it listens, and answers `/ready` with 503 until ``becomeReady()``.
public struct MartletServer: Service {
    private let configuration: ServerConfiguration
    private let phase: ServerPhase
    private let logger: Logger
    /// The application, for tests that need no socket.
    package let application: Application<RouterResponder<APIRequestContext>>
    /// Every route with its method, as the router has them.
    package let routes: [(method: String, path: String)]

    /// Puts a server together.
    /// - Parameters:
    ///   - makeRoutes: Makes the API's routes of the models and the books.
    ///   - onListening: Called once the server listens, with its port.
    /// - Throws: ``ServerError`` where the certificate can't be used, or where others could reach a server without keys.
    public init(
        _ configuration: ServerConfiguration,
        models: any ModelServing,
        keys: KeyRing,
        logger: Logger,
        makeRoutes: (APIServices) -> [any APIRoutes],
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws(ServerError) {
        let phase = ServerPhase()
        let metrics = ServerMetrics()
        let ledger = CallerLedger(keys: keys, standardLimits: configuration.limits, metrics: metrics)
        let services = APIServices(models: DrainingModels(base: models, phase: phase), metering: ledger)
        let table = RouteTable()
        let router = Router(context: APIRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(
            middleware: RequestMiddleware(
                configuration: configuration,
                phase: phase,
                metrics: metrics,
                routes: table,
                logger: logger
            )
        )
        router.add(middleware: CORSPolicy(allowedOrigins: configuration.allowedOrigins, routes: table))
        router.add(middleware: AccessMiddleware(keys: keys, routes: table, phase: phase, metrics: metrics))
        // The framework's own lines are for those who look for faults in it.
        var quiet = logger
        if quiet.logLevel >= .info { quiet.logLevel = max(quiet.logLevel, .notice) }
        let own: [any APIRoutes] = [
            StatusRoutes(phase: phase, metrics: metrics, models: models, version: configuration.version),
            PageRoutes(version: configuration.version),
        ]
        for routes in own + makeRoutes(services) { table.add(routes, to: router) }
        self.routes = router.routes.map { ($0.method.rawValue, $0.path.description) }
        self.configuration = configuration
        self.phase = phase
        self.logger = logger
        self.application = Application(
            router: router,
            server: try Self.channels(configuration, metrics: metrics),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: .maximum(configuration.connectionLimit, logger: quiet)
            ),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? configuration.port) },
            logger: quiet
        )
    }

    /// The models are there: from now on requests are answered.
    public func becomeReady() { phase.advance(to: .ready) }

    /// Serves until it is told to stop, then ends what runs: see ``ServerConfiguration/drainTimeout``.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await application.run()
                } catch let error as IOError {
                    throw addressError(error)
                } catch let error as SocketAddressError.UnknownHost {
                    throw ServerError(
                        code: .address,
                        description: "the host \(error.host) is not known; check --host"
                    )
                }
            }
            group.addTask { await drain() }
            // The first to end is either the server, drained or failed, or the clock that runs out on it.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Waits for the order to stop, then for what runs, as long as that may take.
    private func drain() async {
        do {
            try await gracefulShutdown()
        } catch {
            return
        }
        phase.advance(to: .draining)
        let count = phase.requestCount
        logger.notice("The server stops", metadata: ["requests.active": "\(count)"])
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await phase.waitUntilIdle() }
            group.addTask { try? await Task.sleep(for: configuration.drainTimeout) }
            await group.next()
            group.cancelAll()
        }
        let left = phase.requestCount
        guard left > 0 else {
            // The connections close by themselves; the server's own end comes first unless one of them hangs.
            try? await Task.sleep(for: .seconds(5))
            return
        }
        logger.warning(
            "Answers are cut off, as they took longer than the server waits",
            metadata: ["requests.active": "\(left)"]
        )
        phase.advance(to: .expired)
        try? await Task.sleep(for: .seconds(2))
    }

    private func addressError(_ error: IOError) -> ServerError {
        let place = "\(configuration.host):\(configuration.port)"
        let reason =
            switch error.errnoCode {
            case 98, 48:
                "the address \(place) is in use by another program; choose another --port, or stop that program"
            case 13: "the address \(place) may not be used; ports below 1024 need rights, so choose a --port above"
            case 99, 49: "the address \(place) is none of this machine's; choose another --host"
            default: "the address \(place) can't be listened at: \(error)"
            }
        return ServerError(code: .address, description: reason)
    }

    private static func channels(
        _ configuration: ServerConfiguration,
        metrics: ServerMetrics
    ) throws(ServerError) -> HTTPServerBuilder {
        let writeTimeout = configuration.writeTimeout
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionGuard(writeTimeout: writeTimeout, metrics: metrics)],
                idleTimeout: TimeAmount(configuration.idleTimeout),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: configuration.headerLimit,
                    maxHeaderListSize: configuration.headerLimit,
                    maxHeaderFieldCount: 128
                )
            )
        )
        guard let files = configuration.encryption else { return plain }
        let encryption = try files.configuration()
        do {
            return try .tls(plain, tlsConfiguration: encryption)
        } catch {
            throw ServerError(code: .encryption, description: "the certificate and the private key do not fit together")
        }
    }
}
