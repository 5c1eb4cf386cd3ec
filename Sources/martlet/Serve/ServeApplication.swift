import Foundation
import Logging
import MartletCore
import MartletHTTP
import MartletTerminal
import ServiceLifecycle
import UnixSignals

/// The server put together from its configuration: keys, models, routes, services.
struct ServeApplication {
    var configuration: ServeConfiguration
    var logger: Logger
    /// Loads what is served; called once the server listens.
    var makeModels: @Sendable () async throws -> any ModelServing

    /// Serves until it is told to stop.
    ///
    /// The first SIGTERM or SIGINT lets running answers end, the second ends the process at once; SIGHUP reads the keys again.
    func run() async throws {
        let keys = try openKeys()
        let models = DeferredModels()
        let (ports, portSource) = AsyncStream<Int>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let server = try MartletServer(
            configuration.server,
            models: models,
            keys: keys.ring,
            logger: logger,
            makeRoutes: { [OpenAIRoutes($0)] },
            onListening: { portSource.yield($0) }
        )
        let loading = LoadingService(ports: ports) { port in
            let loaded = try await makeModels()
            models.provide(loaded)
            server.becomeReady()
            announce(loaded, port: port)
        }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        // Where the model can't be loaded, the server ends in good order before the error is told.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: loading, failureTerminationBehavior: .gracefullyShutdownGroup)
        ]
        if let file = keys.file { services.append(.init(service: file)) }
        services.append(.init(service: server))
        let group = ServiceGroup(configuration: .init(services: services, logger: quiet))
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                try await group.run()
                return true
            }
            tasks.addTask {
                await listen(to: signals, group: group, keys: keys.file)
                return false
            }
            defer { tasks.cancelAll() }
            while let hasEnded = try await tasks.next(), !hasEnded {}
        }
    }

    private func listen(to signals: UnixSignalsSequence, group: ServiceGroup, keys: KeyFile?) async {
        var isStopping = false
        for await signal in signals {
            if signal == .sighup {
                keys?.reload()
            } else if isStopping {
                logger.warning("The server ends at once, as it was told twice")
                Foundation.exit(signal == .sigint ? 130 : 143)
            } else {
                isStopping = true
                await group.triggerGracefulShutdown()
            }
        }
    }

    /// The keys that callers need, and the file that they come from.
    func openKeys() throws -> (ring: KeyRing, file: KeyFile?) {
        guard configuration.requiresKey else { return (.open, nil) }
        guard let path = configuration.keysFile else { return (KeyRing(configuration.keys), nil) }
        let ring = KeyRing(try KeyFile.read(path: path, beside: configuration.keys))
        return (ring, KeyFile(path: path, beside: configuration.keys, for: ring, logger: logger))
    }

    /// The first thing that a person reads: where the page is.
    private func announce(_ models: any ModelServing, port: Int) {
        let scheme = configuration.server.encryption == nil ? "http" : "https"
        let host = configuration.server.host
        let shown = ["0.0.0.0", "::"].contains(host) ? "localhost" : host.contains(":") ? "[\(host)]" : host
        let address = "\(scheme)://\(shown):\(port)"
        let ids = models.models.map(\.id) + models.embedders.map(\.id) + models.rerankers.map(\.id)
        let names = ids.map { TerminalText.harmless($0) }.joined(separator: ", ")
        let style = Style.detected(for: STDOUT_FILENO)
        print("Martlet serves \(style.bold(names)) at \(style.bold(address))")
        print(style.dim("The API is at \(address)/v1, its documentation at \(address)/docs. Ctrl-C stops the server."))
        fflush(nil)
    }
}

/// Loads the models once the server listens, then waits for the end.
private struct LoadingService: Service {
    let ports: AsyncStream<Int>
    let load: @Sendable (Int) async throws -> Void

    init(ports: AsyncStream<Int>, load: @escaping @Sendable (Int) async throws -> Void) {
        self.ports = ports
        self.load = load
    }

    func run() async throws {
        do {
            var port: Int?
            for await listening in ports {
                port = listening
                break
            }
            guard let port else { return }
            try await load(port)
            try await gracefulShutdown()
        } catch is CancellationError {
            // That is how it ends where the server can't listen.
        }
    }
}

/// Blocking work away from the threads that serve.
enum DedicatedThread {
    /// Runs `body` on a thread of its own.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Swift.Result { try body() }) }
            // Reading a model nests no deeper than its format; the main thread's size is more than enough.
            thread.stackSize = 8 << 20
            thread.start()
        }
    }
}
