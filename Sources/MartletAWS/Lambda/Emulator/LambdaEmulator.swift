import NIOCore
import Synchronization

/// Lambda on this machine: callers on one port, the Runtime API on another, and between them a function whose invocations
/// wait, run and end as they do at AWS.
///
/// `POST /2015-03-31/functions/function/invocations` invokes it, as with AWS's Runtime Interface Emulator; every other
/// request is one to its function URL. It checks no signatures and no rights.
public struct LambdaEmulator: Sendable {
    /// An emulator that runs.
    public struct Running: Sendable {
        /// The port for callers.
        public let port: Int
        /// Where the Runtime API is.
        public let runtimeAPI: RuntimeAddress
        let function: EmulatedFunction

        /// Whether no invocation waits or runs.
        public var isIdle: Bool { function.isIdle }

        /// Invokes the function with an event.
        public func invoke(_ payload: [UInt8]) async -> InvocationOutcome {
            await InvocationOutcome(function.invoke(payload).events)
        }
    }

    private let settings: Settings
    private let runtime: Runtime

    /// Makes an emulator that doesn't run yet.
    public init(_ settings: Settings = Settings(), runtime: Runtime) {
        self.settings = settings
        self.runtime = runtime
    }

    /// Runs for as long as `body` does.
    ///
    /// - Throws: ``LambdaError`` where a port can't be had or the program can't be started, and what `body` throws.
    public func run<Result: Sendable>(
        _ body: @escaping @Sendable (Running) async throws -> Result
    ) async throws -> Result {
        let front = try await EmulatorServer(host: settings.host, port: settings.port)
        let back = try await EmulatorServer(host: "127.0.0.1", port: settings.runtimePort)
        let api = RuntimeAddress(host: "127.0.0.1", port: back.port)
        let extensions = ExtensionBook()
        let supervisor = FunctionSupervisor(runtime: runtime, settings: settings, api: api, extensions: extensions)
        let function = EmulatedFunction(
            settings: settings,
            extensions: extensions,
            endProcess: { supervisor.endProcess() },
            demand: { supervisor.noteDemand() },
            readiness: { supervisor.noteReadiness() }
        )
        let running = Running(port: front.port, runtimeAPI: api, function: function)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await back.serve { try await RuntimeAPIRoutes(function: function).answer($0) }
                return nil
            }
            group.addTask {
                try await front.serve { try await InvokeRoutes(function: function).answer($0) }
                return nil
            }
            group.addTask {
                try await supervisor.run(function)
                return nil
            }
            group.addTask { .some(try await body(running)) }
            defer { function.noteExit("the emulator ends", isExpected: true) }
            while let end = try await group.next() {
                guard let result = end else { continue }
                await supervisor.stop()
                function.noteExit("the emulator ends", isExpected: true)
                extensions.clear()
                group.cancelAll()
                return result
            }
            throw CancellationError()
        }
    }
}
