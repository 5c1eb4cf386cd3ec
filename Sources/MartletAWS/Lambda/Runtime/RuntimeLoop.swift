import FoundationEssentials
import Logging
import NIOCore
import Synchronization

/// Drives one ``RuntimeMachine``: does what it says, and tells it what happens.
struct RuntimeLoop: Sendable {
    let address: RuntimeAddress
    let eventLoop: any EventLoop
    let handler: any LambdaHandling
    let settings: LambdaRuntime.Settings
    /// How the start-up ended: nil where everything is ready.
    let startUp: Latch<LambdaFault?>
    let stop: Latch<Void>
    let reportsStart: Bool
    let logger: Logger

    /// Handles invocations until the process is told to stop.
    ///
    /// - Throws: ``LambdaError`` where it can't go on.
    func run() async throws {
        let (inputs, feed) = AsyncStream<RuntimeMachine.Input>.makeStream()
        let link = RuntimeLink(address, on: eventLoop) { event in
            switch event {
            case .answer(let answer): feed.yield(.answer(answer))
            case .lost: feed.yield(.connectionLost)
            }
        }
        let acts = ActBook(feed: feed)
        let timers = TimerBook(eventLoop: eventLoop, feed: feed)
        defer {
            feed.finish()
            timers.clearAll()
            link.disconnect()
        }
        var machine = RuntimeMachine(times: settings.times, reportsStart: reportsStart)
        // What is ready already needs no detour.
        if let result = startUp.value { _ = machine.handle(.startUpEnded(result), at: Date()) }
        let error = await withDiscardingTaskGroup(returning: LambdaError?.self) { group in
            if startUp.value == nil {
                group.addTask { if let result = await startUp.wait() { feed.yield(.startUpEnded(result)) } }
            }
            group.addTask { if await stop.wait() != nil { feed.yield(.stop) } }
            feed.yield(.start)
            // A handler that waits for something it did is let go first: the group waits for it.
            defer {
                acts.close()
                group.cancelAll()
            }
            var cancelHandler: Latch<Void>?
            for await input in inputs {
                for output in machine.handle(input, at: Date()) {
                    switch output {
                    case .send(let request): link.send(request)
                    case .open(let request): link.open(request)
                    case .write(let bytes, let id): link.write(bytes) { feed.yield(.written(id)) }
                    case .close(let trailers): link.close(trailers: trailers)
                    case .disconnect: link.disconnect()
                    case .call(let invocation):
                        settings.exportTraceID(invocation.traceID)
                        let cancellation = Latch<Void>()
                        cancelHandler = cancellation
                        group.addTask { await call(invocation, acts: acts, cancellation: cancellation, feed: feed) }
                    case .cancelHandler: cancelHandler?.open(())
                    case .complete(let id, let error): acts.complete(id, error)
                    case .set(let timer, let duration): timers.set(timer, duration)
                    case .clear(let timer): timers.clear(timer)
                    case .noteFault(let fault): log("An invocation failed", fault)
                    case .noteLateFault(let fault): log("An invocation failed after its response", fault)
                    case .end(let error):
                        if let error, error.code == .handlerStuck { settings.abandon(error) }
                        return error
                    }
                }
            }
            return nil
        }
        if let error { throw error }
    }

    private func log(_ sentence: StaticString, _ fault: LambdaFault) {
        logger.error(
            "\(sentence)",
            metadata: ["error.type": "\(fault.type)", "error.text": "\(fault.message)"]
        )
    }

    /// Runs the handler until it returns; cancels it when it is told to.
    private func call(
        _ invocation: LambdaInvocation,
        acts: ActBook,
        cancellation: Latch<Void>,
        feed: AsyncStream<RuntimeMachine.Input>.Continuation
    ) async {
        let responder = LambdaResponder(
            acts: InvocationActs(book: acts, requestID: invocation.requestID),
            mode: settings.streamMode
        )
        let fault = await withTaskGroup(of: LambdaFault??.self) { group in
            group.addTask {
                do {
                    try await handler.handle(invocation, responding: responder)
                    return .some(nil)
                } catch {
                    return .some(LambdaFault(error))
                }
            }
            group.addTask {
                _ = await cancellation.wait()
                return nil
            }
            while let end = await group.next() {
                group.cancelAll()
                if let end { return end }
            }
            return nil
        }
        feed.yield(.handlerEnded(fault, requestID: invocation.requestID))
    }
}

/// What handlers wait for.
private final class ActBook: Sendable {
    private struct State {
        var isClosed = false
        var number: RuntimeMachine.ActID = 0
        var waiting: [RuntimeMachine.ActID: CheckedContinuation<Void, any Error>] = [:]
    }

    private let state = Mutex(State())
    private let feed: AsyncStream<RuntimeMachine.Input>.Continuation

    init(feed: AsyncStream<RuntimeMachine.Input>.Continuation) {
        self.feed = feed
    }

    func act(_ act: RuntimeMachine.Act, requestID: String) async throws {
        try await withCheckedThrowingContinuation { continuation in
            let number = state.withLock { state -> RuntimeMachine.ActID? in
                guard !state.isClosed else { return nil }
                state.number += 1
                state.waiting[state.number] = continuation
                return state.number
            }
            guard let number else { return continuation.resume(throwing: LambdaError.isOver) }
            feed.yield(.act(number, act, requestID: requestID))
        }
    }

    func complete(_ id: RuntimeMachine.ActID, _ error: LambdaError?) {
        guard let continuation = state.withLock({ $0.waiting.removeValue(forKey: id) }) else { return }
        if let error { continuation.resume(throwing: error) } else { continuation.resume() }
    }

    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(throwing: LambdaError.isOver) }
    }
}

private struct InvocationActs: RuntimeActing {
    let book: ActBook
    let requestID: String

    func act(_ act: RuntimeMachine.Act) async throws { try await book.act(act, requestID: requestID) }
}

/// The timers that run.
private final class TimerBook: Sendable {
    private let running = Mutex<[RuntimeMachine.Timer: Scheduled<Void>]>([:])
    private let eventLoop: any EventLoop
    private let feed: AsyncStream<RuntimeMachine.Input>.Continuation

    init(eventLoop: any EventLoop, feed: AsyncStream<RuntimeMachine.Input>.Continuation) {
        self.eventLoop = eventLoop
        self.feed = feed
    }

    func set(_ timer: RuntimeMachine.Timer, _ duration: Duration) {
        let scheduled = eventLoop.scheduleTask(in: TimeAmount(duration)) { [feed] in
            _ = feed.yield(.timeIsUp(timer))
        }
        running.withLock { $0.updateValue(scheduled, forKey: timer) }?.cancel()
    }

    func clear(_ timer: RuntimeMachine.Timer) {
        running.withLock { $0.removeValue(forKey: timer) }?.cancel()
    }

    func clearAll() {
        for timer in running.withLock({ Array($0.values) }) { timer.cancel() }
    }
}
