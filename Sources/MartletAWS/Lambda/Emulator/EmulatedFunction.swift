import FoundationEssentials
import NIOCore
import NIOPosix
import Synchronization

/// A function as Lambda keeps it: invocations wait for a runtime that asks for them, and end in time.
final class EmulatedFunction: Sendable {
    /// What Lambda takes as one payload.
    static let maximumByteCount = 6_291_556

    struct State {
        var pending: [EmulatedInvocation] = []
        var running: [String: EmulatedInvocation] = [:]
        var waiters: [UInt64: CheckedContinuation<EmulatedInvocation?, Never>] = [:]
        var waiterOrder: [UInt64] = []
        var nextWaiter: UInt64 = 0
        /// Those who may still ask.
        var tokens: Set<UInt64> = []
        var timers: [String: Scheduled<Void>] = [:]
        /// What the start-up reported instead of asking for an invocation.
        var startFault: [UInt8]?
        /// How long the start took, until a report has told it.
        var startDuration: Duration?
        var processID: Int32?
    }

    let settings: LambdaEmulator.Settings
    let extensions: ExtensionBook
    private let state = Mutex(State())
    /// Ends the runtime's process, where the emulator has started it.
    private let endProcess: @Sendable () -> Void
    /// Hears when something waits for a runtime.
    private let demand: @Sendable () -> Void
    /// Hears when a runtime asks for its first invocation.
    private let readiness: @Sendable () -> Void

    init(
        settings: LambdaEmulator.Settings,
        extensions: ExtensionBook,
        endProcess: @escaping @Sendable () -> Void,
        demand: @escaping @Sendable () -> Void,
        readiness: @escaping @Sendable () -> Void
    ) {
        self.settings = settings
        self.extensions = extensions
        self.endProcess = endProcess
        self.demand = demand
        self.readiness = readiness
    }

    /// Whether no invocation waits or runs.
    var isIdle: Bool { state.withLock { $0.pending.isEmpty && $0.running.isEmpty } }
    /// Whether something waits for a runtime.
    var hasDemand: Bool { state.withLock { !$0.pending.isEmpty } }

    // MARK: Callers

    /// Calls the function.
    ///
    /// - Returns: The invocation's id, and what comes of it.
    func invoke(
        _ payload: [UInt8],
        clientContext: String? = nil,
        tenantID: String? = nil,
        traceID: String? = nil
    ) -> (id: String, events: AsyncStream<EmulatedInvocation.Event>) {
        let (events, sink) = AsyncStream<EmulatedInvocation.Event>.makeStream()
        let id = UUID().uuidString.lowercased()
        let invocation = EmulatedInvocation(
            id: id,
            payload: payload,
            traceID: traceID ?? Self.makeTraceID(),
            clientContext: clientContext,
            cognitoIdentity: nil,
            tenantID: tenantID,
            sink: sink
        )
        state.withLock { $0.pending.append(invocation) }
        demand()
        handOut()
        return (id, events)
    }

    // MARK: The runtime

    /// The next invocation; nil when the one who asks has withdrawn, or the task is cancelled.
    func next(token: UInt64) async -> EmulatedInvocation? {
        readiness()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    guard state.tokens.contains(token), !Task.isCancelled else { return false }
                    state.waiters[token] = continuation
                    state.waiterOrder.append(token)
                    return true
                }
                guard isThere else { return continuation.resume(returning: nil) }
                handOut()
            }
        } onCancel: {
            withdraw(token)
        }
    }

    /// A number for somebody who will ask once.
    func makeToken() -> UInt64 {
        state.withLock { state in
            state.nextWaiter += 1
            state.tokens.insert(state.nextWaiter)
            return state.nextWaiter
        }
    }

    /// Somebody asks no more.
    func withdraw(_ token: UInt64) {
        let waiter = state.withLock { state in
            state.tokens.remove(token)
            state.waiterOrder.removeAll { $0 == token }
            return state.waiters.removeValue(forKey: token)
        }
        waiter?.resume(returning: nil)
    }

    private func handOut() {
        while true {
            let pair = state.withLock {
                state -> (EmulatedInvocation, CheckedContinuation<EmulatedInvocation?, Never>)? in
                guard !state.pending.isEmpty, let token = state.waiterOrder.first,
                    let waiter = state.waiters.removeValue(forKey: token)
                else { return nil }
                state.waiterOrder.removeFirst()
                state.tokens.remove(token)
                var invocation = state.pending.removeFirst()
                invocation.begin = .now
                invocation.deadline = Date(timeIntervalSinceNow: Double(settings.timeout.components.seconds))
                state.running[invocation.id] = invocation
                let id = invocation.id
                state.timers[id] = MultiThreadedEventLoopGroup.singleton.next().scheduleTask(
                    in: TimeAmount(settings.timeout)
                ) { [self] in timeOut(id) }
                return (invocation, waiter)
            }
            guard let (invocation, waiter) = pair else { return }
            settings.log("START RequestId: \(invocation.id) Version: \(settings.functionVersion)")
            extensions.announce(invocation, settings: settings)
            waiter.resume(returning: invocation)
        }
    }

    /// Gives the caller something; false where the invocation has been answered or is not running.
    func deliver(_ id: String, _ event: EmulatedInvocation.Event) -> Bool {
        let sink = state.withLock { state -> AsyncStream<EmulatedInvocation.Event>.Continuation? in
            guard var invocation = state.running[id], !invocation.isAnswered else { return nil }
            switch event {
            case .begin:
                guard !invocation.isStreaming else { return nil }
                invocation.isStreaming = true
            case .piece: guard invocation.isStreaming else { return nil }
            case .end:
                guard invocation.isStreaming else { return nil }
                invocation.isAnswered = true
            case .response, .failure:
                guard !invocation.isStreaming else { return nil }
                invocation.isAnswered = true
            }
            state.running[id] = invocation
            return invocation.sink
        }
        guard let sink else { return false }
        sink.yield(event)
        switch event {
        case .end, .response, .failure: sink.finish()
        case .begin, .piece: break
        }
        return true
    }

    /// Whether an invocation is running.
    func isRunning(_ id: String) -> Bool { state.withLock { $0.running[id] != nil } }

    /// The runtime asks for another invocation: the one before is over.
    ///
    /// - Parameter id: What the same connection had; else the oldest that has been answered.
    func complete(_ id: String?) {
        let ended = state.withLock { state -> EmulatedInvocation? in
            let oldest = state.running.values.filter(\.isAnswered).min { ($0.begin ?? .now) < ($1.begin ?? .now) }
            guard let found = id.map({ state.running[$0] }) ?? oldest else { return nil }
            state.timers.removeValue(forKey: found.id)?.cancel()
            return state.running.removeValue(forKey: found.id)
        }
        guard let ended else { return }
        if !ended.isAnswered {
            ended.fail(.environment("Runtime.NoResponse", ended.id, "Runtime asked for another invocation"))
        }
        report(ended, status: nil)
    }

    // MARK: The end of invocations

    private func timeOut(_ id: String) {
        let ended = state.withLock { state in
            state.timers[id] = nil
            return state.running.removeValue(forKey: id)
        }
        guard let ended else { return }
        let seconds = Double(settings.timeout / .milliseconds(1)) / 1000
        let text = "Task timed out after \(EmulatorReport.decimals(seconds)) seconds"
        settings.log("\(Date().formatted(.iso8601)) \(id) \(text)")
        report(ended, status: "timeout")
        ended.fail(.environment("Sandbox.Timedout", id, text))
        endProcess()
    }

    /// The runtime is gone, with everything that it had.
    func noteExit(_ status: String, isExpected: Bool) {
        let (lost, waiters) = state.withLock { state in
            defer {
                state.running = [:]
                state.waiters = [:]
                state.waiterOrder = []
                for timer in state.timers.values { timer.cancel() }
                state.timers = [:]
                state.processID = nil
            }
            return (Array(state.running.values), Array(state.waiters.values))
        }
        for waiter in waiters { waiter.resume(returning: nil) }
        for invocation in lost {
            // A runtime that ends in order after its response has done all there was to do.
            report(invocation, status: isExpected && invocation.isAnswered ? nil : "error")
            invocation.fail(
                .environment("Runtime.ExitError", invocation.id, "Runtime exited with error: \(status)")
            )
        }
    }

    /// The start failed, or took too long: what waits for it hears so.
    func failPending(_ type: String, _ text: String) {
        let (waiting, body) = state.withLock { state in
            defer {
                state.pending = []
                state.startFault = nil
            }
            return (state.pending, state.startFault)
        }
        for invocation in waiting {
            if let body {
                invocation.sink.yield(.failure(body))
                invocation.sink.finish()
            } else {
                invocation.fail(.environment(type, invocation.id, text))
            }
        }
    }

    /// The runtime reported why it can't start.
    func noteStartFault(_ body: [UInt8]) { state.withLock { $0.startFault = body } }

    /// The runtime has started.
    func noteStart(_ duration: Duration?, processID: Int32?) {
        state.withLock { state in
            state.startDuration = duration
            state.processID = processID
        }
    }

    private func report(_ invocation: EmulatedInvocation, status: String?) {
        let (start, processID) = state.withLock { state in
            defer { state.startDuration = nil }
            return (state.startDuration, state.processID)
        }
        let report = EmulatorReport(
            requestID: invocation.id,
            duration: invocation.begin.map { .now - $0 } ?? .zero,
            initDuration: start,
            memoryMegabytes: settings.memoryMegabytes,
            maximumMemoryMegabytes: processID.flatMap { ProcessMemory.peakMegabytes(of: $0) },
            status: status
        )
        settings.log("END RequestId: \(invocation.id)")
        settings.log(report.line)
    }

    private static func makeTraceID() -> String {
        func digits(_ count: Int) -> String {
            (0..<count).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
        }
        let time = String(Int64(Date().timeIntervalSince1970), radix: 16)
        return "Root=1-\(time)-\(digits(24));Parent=\(digits(16));Sampled=0"
    }
}
