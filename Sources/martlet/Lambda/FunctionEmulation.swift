import Foundation
import Logging
import MartletAWS
import MartletTerminal
import UnixSignals

/// Where the function's invocations come from: AWS, or an emulator in this process.
struct FunctionEmulation: Sendable {
    /// Where the emulator listens.
    let host: String
    /// 0 takes any free port.
    let port: Int
    /// How many invocations run at the same time.
    let environmentCount: Int
    /// A file with the one event to call the function with, `-` for standard input; nil listens.
    let event: String?
    /// How streams reach callers.
    let streamMode: LambdaResponder.StreamMode
    /// Where the hooks of a Lambda MicroVM are answered; nil outside one.
    let hooksPort: Int?

    /// Handles invocations until told to stop.
    /// - Parameters:
    ///   - queue: What Lambda would take messages from for the function; nil for a function without a queue.
    ///   - isReady: Whether the next invocation would find all that it needs.
    func run(
        _ handler: FunctionHandler,
        polling queue: (any QueuePolling)?,
        stage: FunctionStage,
        environment: [String: String],
        isReady: @escaping @Sendable () -> Bool,
        logger: Logger
    ) async throws {
        if let api = environment["AWS_LAMBDA_RUNTIME_API"], !api.isEmpty {
            var settings = LambdaRuntime.Settings(environment: environment)
            settings.streamMode = streamMode
            let runtime = LambdaRuntime(
                api: try RuntimeAddress(api),
                handler: handler,
                settings: settings,
                logger: logger
            ) {
                await stage.begin()
            }
            return try await serve(runtime)
        }
        let payload = try event.map { try Self.read($0) }
        var settings = try LambdaEmulator.Settings(environment: environment)
        settings.host = host
        settings.port = payload == nil ? port : 0
        // A MicroVM's callers are strangers, as those of a function URL are.
        settings.takesEvents = hooksPort == nil
        try await LambdaEmulator(settings, runtime: .external).run { running in
            var loops = LambdaRuntime.Settings()
            loops.loopCount = environmentCount
            loops.streamMode = streamMode
            // What a single call does after its response is a part of it.
            if payload != nil { loops.gracePeriod = .seconds(900) }
            let runtime = LambdaRuntime(api: running.runtimeAPI, handler: handler, settings: loops, logger: logger) {
                await stage.begin()
            }
            if let payload {
                try await call(running, with: payload, runtime)
            } else if let hooksPort {
                let microVM = FunctionMicroVM(
                    isMade: isReady,
                    isIdle: { running.isIdle },
                    end: { runtime.stop() },
                    logger: logger
                )
                let server = try await MicroVMServer(host: host, port: hooksPort)
                StandardError.write(
                    """
                    The MicroVM's function listens at http://\(host):\(running.port)/, and its hooks at port \(server.port).

                    """
                )
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await server.run(MicroVMHooks(actingOn: microVM)) }
                    defer { group.cancelAll() }
                    try await serve(runtime)
                }
            } else {
                StandardError.write(
                    """
                    The function listens. Its URL is http://\(host):\(running.port)/, and events go to
                      curl http://\(host):\(running.port)/2015-03-31/functions/function/invocations -d @event.json

                    """
                )
                try await serve(runtime, polling: queue, for: running, stage: stage, logger: logger)
            }
        }
    }

    /// Runs until a signal, and has the emulated function called with what is in the queue, and by the clock.
    private func serve(
        _ runtime: LambdaRuntime,
        polling queue: (any QueuePolling)?,
        for running: LambdaEmulator.Running,
        stage: FunctionStage,
        logger: Logger
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let queue {
                var mapping = QueueMapping()
                mapping.concurrency = environmentCount
                group.addTask { [mapping] in
                    await mapping.run(
                        polling: queue,
                        invoking: { await running.invoke($0) },
                        log: { logger.warning("\($0)") }
                    )
                }
            }
            if EmulatedClock.serves(stage.configuration.mode) {
                let clock = EmulatedClock(
                    stage: stage,
                    isIdle: { running.isIdle },
                    invoke: { await running.invoke($0) }
                )
                group.addTask { await clock.run() }
            }
            defer { group.cancelAll() }
            try await serve(runtime)
        }
    }

    /// Runs until a signal.
    private func serve(_ runtime: LambdaRuntime) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in signals { runtime.stop() }
            }
            defer { group.cancelAll() }
            try await runtime.run()
        }
    }

    /// Calls the function once and prints what it responds.
    private func call(_ running: LambdaEmulator.Running, with payload: [UInt8], _ runtime: LambdaRuntime) async throws {
        let outcome = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runtime.run() }
            let outcome = await running.invoke(payload)
            // What the function does after its response belongs to the call.
            runtime.stop()
            try await group.waitForAll()
            return outcome
        }
        StandardOutput.write(String(decoding: outcome.body, as: UTF8.self) + "\n")
        if outcome.isFailure { throw CommandError("the function answered with the error above") }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError(
                "\(path) cannot be read; --event takes a file with the event as JSON, or - for standard input"
            )
        }
        return Array(data)
    }
}
