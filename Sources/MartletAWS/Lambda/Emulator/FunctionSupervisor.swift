import Synchronization

/// Starts the function's program when something waits for it, and sees to its end.
final class FunctionSupervisor: Sendable {
    private struct State {
        var process: FunctionProcess?
        /// Why the process is being ended.
        var isStopping = false
        var begin: ContinuousClock.Instant?
        var isReady = false
    }

    private let runtime: LambdaEmulator.Runtime
    private let settings: LambdaEmulator.Settings
    private let api: RuntimeAddress
    private let extensions: ExtensionBook
    private let state = Mutex(State())
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation
    private let readiness = Mutex<Latch<Duration>?>(nil)

    init(
        runtime: LambdaEmulator.Runtime,
        settings: LambdaEmulator.Settings,
        api: RuntimeAddress,
        extensions: ExtensionBook
    ) {
        self.runtime = runtime
        self.settings = settings
        self.api = api
        self.extensions = extensions
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something waits for a runtime.
    func noteDemand() { change.yield() }

    /// A runtime asks for an invocation.
    func noteReadiness() {
        let duration = state.withLock { state -> Duration? in
            guard !state.isReady, let begin = state.begin else { return nil }
            state.isReady = true
            return .now - begin
        }
        if let duration { readiness.withLock { $0 }?.open(duration) }
    }

    /// Ends the process at once.
    func endProcess() { state.withLock { $0.process }?.end() }

    /// Asks the process to end, and ends it where it does not.
    func stop() async {
        let process = state.withLock { state in
            state.isStopping = true
            return state.process
        }
        change.finish()
        guard let process else { return }
        extensions.announceEnd(within: settings.stopLimit)
        process.terminate()
        let end = ContinuousClock.now + settings.stopLimit
        while state.withLock({ $0.process != nil }), .now < end { try? await Task.sleep(for: .milliseconds(5)) }
        state.withLock { $0.process }?.end()
    }

    /// Starts the program now, and again whenever something waits and nothing runs.
    ///
    /// - Throws: ``LambdaError`` where the program can't be started.
    func run(_ function: EmulatedFunction) async throws {
        guard case .program(let program, let arguments, let environment) = runtime else { return }
        var limit = settings.initLimit
        change.yield()
        for await _ in changes {
            while !state.withLock({ $0.isStopping }) {
                let isInTime = try await runOnce(function, program, arguments, environment, limit: limit)
                // A start that took too long is tried again in an invocation's time.
                limit = isInTime ? settings.initLimit : max(settings.timeout, settings.initLimit)
                guard function.hasDemand else { break }
            }
        }
    }

    /// Runs the program until its end.
    ///
    /// - Returns: Whether it did not have to be ended because its start took too long.
    private func runOnce(
        _ function: EmulatedFunction,
        _ program: String,
        _ arguments: [String],
        _ environment: [String: String],
        limit: Duration
    ) async throws -> Bool {
        let ready = Latch<Duration>()
        readiness.withLock { $0 = ready }
        let process = try FunctionProcess(
            program,
            arguments,
            environment: environment.merging(settings.variables(api: api.text)) { $1 }
        )
        state.withLock { state in
            state.process = process
            state.begin = .now
            state.isReady = false
        }
        let isLate = await withTaskGroup(of: Bool?.self) { group in
            group.addTask {
                let status = await withTaskCancellationHandler {
                    await process.wait()
                } onCancel: {
                    process.end()
                }
                self.state.withLock { $0.process = nil }
                function.noteExit(status, isExpected: false)
                return false
            }
            group.addTask {
                if let duration = await ready.wait() { function.noteStart(duration, processID: process.id) }
                return nil
            }
            group.addTask {
                guard (try? await Task.sleep(for: limit)) != nil, ready.value == nil else { return nil }
                return true
            }
            var isLate = false
            while let event = await group.next() {
                switch event {
                case true?:
                    isLate = true
                    let milliseconds = EmulatorReport.decimals(limit / .milliseconds(1))
                    self.settings.log("INIT_REPORT Init Duration: \(milliseconds) ms\tPhase: init\tStatus: timeout")
                    process.end()
                case false?:
                    group.cancelAll()
                    return isLate
                case nil: break
                }
            }
            return isLate
        }
        guard ready.value == nil, !state.withLock({ $0.isStopping }) else { return true }
        if isLate, limit == settings.initLimit { return false }
        // What waits would wait for ever for a program that does not start.
        function.failPending(
            isLate ? "Sandbox.Timedout" : "Runtime.ExitError",
            isLate ? "Task timed out during its start" : "Runtime exited without providing a reason"
        )
        return true
    }
}
