package import struct FoundationEssentials.Date

/// One loop over the Lambda Runtime API as a pure state machine: it asks for an invocation, has it handled, delivers what
/// the handler responds, and asks for the next one.
///
/// It is fed what happens and says what to do; sockets, clocks and tasks are its driver's. At most one request is under way.
package struct RuntimeMachine: Sendable {
    /// The number of something that a handler does, which is told when it is done.
    package typealias ActID = UInt64

    /// What a handler does to its invocation.
    package enum Act: Sendable, Hashable {
        /// Responds with everything at once.
        case respond([UInt8])
        /// Begins to respond piece by piece.
        case beginStream(contentType: String)
        /// Adds a piece.
        case write([UInt8])
        /// Ends the pieces, with an error where there is one.
        case endStream(LambdaFault?)
        /// Makes the invocation fail.
        case fail(LambdaFault)
    }

    /// Times that the machine waits for; those of an invocation carry its id, since they may come late.
    package enum Timer: Sendable, Hashable {
        /// The start-up has taken as long as an initialisation may.
        case handOver
        /// The pause before the next attempt to connect is over.
        case retry
        /// The invocation's time is about to be over.
        case deadline(requestID: String)
        /// What was cancelled has had the time to return.
        case stuck(requestID: String)
        /// The process was told to stop, and what runs has had its time.
        case grace
    }

    /// What happens to the machine.
    package enum Input: Sendable, Hashable {
        /// The loop begins.
        case start
        /// The start-up is done, or has failed.
        case startUpEnded(LambdaFault?)
        /// The Runtime API answered the request that is under way.
        case answer(RuntimeAnswer)
        /// The connection was lost, or did not come about, while a request was under way.
        case connectionLost
        /// The handler of an invocation does something.
        case act(ActID, Act, requestID: String)
        /// A piece has been written.
        case written(ActID)
        /// The handler returned, or threw.
        case handlerEnded(LambdaFault?, requestID: String)
        /// A timer has run out.
        case timeIsUp(Timer)
        /// The process is told to stop.
        case stop
    }

    /// What the driver does.
    package enum Output: Sendable, Hashable {
        /// Send a whole request; its answer is awaited.
        case send(RuntimeRequest)
        /// Send the head of a request whose body comes in pieces.
        case open(RuntimeRequest)
        /// Send a piece; the machine is told when it is written.
        case write([UInt8], ActID)
        /// End the request with its trailers; its answer is awaited.
        case close(trailers: [LambdaHeaderField])
        /// Close the connection; the next request needs another one.
        case disconnect
        /// Call the handler.
        case call(LambdaInvocation)
        /// Cancel the handler's task.
        case cancelHandler
        /// Let something that the handler does return, or throw.
        case complete(ActID, LambdaError?)
        /// Start a timer.
        case set(Timer, Duration)
        /// Forget a timer.
        case clear(Timer)
        /// Log that a handler failed, and its caller is told so.
        case noteFault(LambdaFault)
        /// Log that a handler failed after it had responded.
        case noteLateFault(LambdaFault)
        /// End the loop, with an error where it is one.
        case end(LambdaError?)
    }

    /// The times of a loop.
    package struct Times: Sendable, Hashable {
        /// How long the start-up may hold up the first `/next`.
        package var handOver = Duration.milliseconds(9500)
        /// How long before an invocation's deadline its handler is cancelled.
        package var margin = Duration.milliseconds(250)
        /// How long what runs may go on when the process is told to stop.
        package var grace = Duration.milliseconds(1500)
        /// How long a handler that was cancelled may take to return before the process is ended.
        package var stuck = Duration.milliseconds(1250)

        /// Makes the standard times.
        package init() {}
    }

    enum State: Sendable, Hashable {
        /// Nothing has happened. Goes to `starting`.
        case idle
        /// The start-up runs. Goes to `waiting` when it is done or takes too long, to `reportingStart` when it fails.
        case starting
        /// The start-up's failure is being reported. Goes to `ended`.
        case reportingStart(LambdaError)
        /// `/next` is asked, or will be after a pause. Goes to `handling`, or to `holding` while the start-up still runs.
        case waiting(attempt: Int)
        /// An invocation waits for the start-up. Goes to `handling`.
        case holding(LambdaInvocation)
        /// The handler runs, or what it left is still being delivered. Goes to `waiting`, or to `ended` after a stop.
        case handling(Handling)
        /// Nothing happens any more.
        case ended
    }

    /// An invocation in the handler's hands.
    struct Handling: Sendable, Hashable {
        var invocation: LambdaInvocation
        var delivery = Delivery.open
        /// The task is still there.
        var isRunning = true
        /// The task has been cancelled, for this reason.
        var cancellation: LambdaError?
        /// The loop ends with this after the invocation.
        var end: LambdaError?
    }

    /// How far an invocation's response is.
    enum Delivery: Sendable, Hashable {
        /// Nothing was responded.
        case open
        /// A response is under way.
        case sending(ActID, RuntimeRequest, isRepeated: Bool)
        /// Pieces are being written; those whose writing is not confirmed yet are listed.
        case streaming(pending: [ActID])
        /// The end of a stream was sent, for this act or for none.
        case closing(ActID?)
        /// An error is being reported, for this act or for none.
        case reporting(ActID?, RuntimeRequest, isRepeated: Bool)
        /// It is over: delivered, or refused or lost for this reason.
        case over(LambdaError?)

        var isOver: Bool { if case .over = self { true } else { false } }
    }

    var state = State.idle
    var startUp = StartUp.running
    var isStopping = false
    let times: Times
    /// Whether this loop is the one that reports a failed start-up.
    let reportsStart: Bool

    /// How far the start-up is.
    enum StartUp: Sendable, Hashable {
        case running
        case done
        case failed(LambdaFault)
    }

    /// Makes a loop that has not begun.
    package init(times: Times = Times(), reportsStart: Bool = true) {
        self.times = times
        self.reportsStart = reportsStart
    }

    /// Takes in what happened.
    ///
    /// - Returns: What to do, in this order.
    package mutating func handle(_ input: Input, at now: Date) -> [Output] {
        switch input {
        case .start:
            guard state == .idle else { return [] }
            state = .starting
            return startUp == .running ? [.set(.handOver, times.handOver)] : settleStart()
        case .startUpEnded(let fault):
            guard startUp == .running else { return [] }
            startUp = fault.map { .failed($0) } ?? .done
            return settleStart()
        case .answer(let answer): return take(answer, at: now)
        case .connectionLost: return loseConnection()
        case .act(let id, let act, let requestID): return take(act, id, of: requestID)
        case .written(let id): return confirm(id)
        case .handlerEnded(let fault, let requestID): return endHandler(fault, of: requestID)
        case .timeIsUp(let timer): return take(timer)
        case .stop: return stop()
        }
    }

    // MARK: The start

    /// Goes on after the start-up's end.
    private mutating func settleStart() -> [Output] {
        switch (state, startUp) {
        case (.starting, .done):
            return [.clear(.handOver)] + askNext()
        case (.starting, .failed(let fault)):
            let error = LambdaError.startUp(fault)
            guard reportsStart else { return [.clear(.handOver)] + end(error) }
            state = .reportingStart(error)
            return [.clear(.handOver), .send(.initError(fault))]
        case (.holding(let invocation), .done):
            return call(invocation)
        case (.holding(let invocation), .failed(let fault)):
            return refuse(invocation, fault, end: .startUp(fault))
        default:
            // A failure while `/next` waits is told to the invocation that comes.
            return []
        }
    }

    mutating func askNext() -> [Output] {
        guard !isStopping else { return end(nil) }
        state = .waiting(attempt: 0)
        return [.send(.next)]
    }

    mutating func end(_ error: LambdaError?) -> [Output] {
        state = .ended
        return [.end(error)]
    }

    // MARK: Invocations

    /// Takes an invocation that came.
    mutating func begin(_ invocation: LambdaInvocation, at now: Date) -> [Output] {
        guard invocation.timeRemaining(at: now) > .zero else {
            return refuse(invocation, .deadline(isBeforeStart: true))
        }
        let deadline = Output.set(
            .deadline(requestID: invocation.requestID),
            max(.zero, invocation.timeRemaining(at: now) - times.margin)
        )
        switch startUp {
        case .done: return [deadline] + call(invocation)
        case .running:
            state = .holding(invocation)
            return [deadline]
        case .failed(let fault): return refuse(invocation, fault, end: .startUp(fault))
        }
    }

    private mutating func call(_ invocation: LambdaInvocation) -> [Output] {
        state = .handling(Handling(invocation: invocation))
        return [.call(invocation)]
    }

    /// Answers an invocation with an error, without a handler.
    mutating func refuse(_ invocation: LambdaInvocation, _ fault: LambdaFault, end: LambdaError? = nil) -> [Output] {
        let request = RuntimeRequest.error(of: invocation.requestID, fault)
        state = .handling(
            Handling(
                invocation: invocation,
                delivery: .reporting(nil, request, isRepeated: false),
                isRunning: false,
                end: end
            )
        )
        return [.clear(.deadline(requestID: invocation.requestID)), .send(request)]
    }

    /// Keeps an invocation's state, and goes on to the next one where it is over.
    mutating func settle(_ handling: Handling, _ outputs: [Output]) -> [Output] {
        guard !handling.isRunning, handling.delivery.isOver else {
            state = .handling(handling)
            return outputs
        }
        let id = handling.invocation.requestID
        let cleared = outputs + [.clear(.deadline(requestID: id)), .clear(.stuck(requestID: id)), .clear(.grace)]
        if let error = handling.end { return cleared + end(error) }
        return cleared + askNext()
    }

    // MARK: The end

    private mutating func stop() -> [Output] {
        guard !isStopping else { return [] }
        isStopping = true
        switch state {
        case .idle, .starting, .waiting: return end(nil)
        case .holding(let invocation): return refuse(invocation, .stopping)
        case .handling: return [.set(.grace, times.grace)]
        case .reportingStart, .ended: return []
        }
    }

    private mutating func take(_ timer: Timer) -> [Output] {
        switch (timer, state) {
        case (.handOver, .starting):
            return startUp == .running ? askNext() : []
        case (.retry, .waiting): return [.send(.next)]
        case (.deadline(let id), .holding(let invocation)) where id == invocation.requestID:
            return refuse(invocation, .stillStarting)
        case (.deadline(let id), .handling(let handling)) where id == handling.invocation.requestID:
            return cut(handling, .deadline(isBeforeStart: false), .deadlinePassed)
        case (.grace, .handling(let handling)):
            return cut(handling, .stopping, .stopping)
        case (.stuck(let id), .handling(let handling)) where id == handling.invocation.requestID && handling.isRunning:
            return end(.stuck)
        default: return []
        }
    }

    /// Ends an invocation that has no time left.
    private mutating func cut(_ handling: Handling, _ fault: LambdaFault, _ error: LambdaError) -> [Output] {
        var handling = handling
        guard handling.cancellation == nil, handling.isRunning else { return [] }
        handling.cancellation = error
        let id = handling.invocation.requestID
        var outputs: [Output] = [.cancelHandler, .set(.stuck(requestID: id), times.stuck)]
        switch handling.delivery {
        case .open:
            let request = RuntimeRequest.error(of: id, fault)
            handling.delivery = .reporting(nil, request, isRepeated: false)
            outputs.append(.send(request))
        case .streaming(let pending):
            handling.delivery = .closing(nil)
            outputs += pending.map { .complete($0, error) } + [.close(trailers: Self.trailers(fault))]
        case .sending, .closing, .reporting, .over: break
        }
        return settle(handling, outputs)
    }

    static func trailers(_ fault: LambdaFault?) -> [LambdaHeaderField] {
        guard let fault else { return [] }
        return [
            LambdaHeaderField(RuntimeRequest.errorTypeHeader, fault.type),
            LambdaHeaderField(RuntimeRequest.errorBodyHeader, Base64Text.encode(fault.body)),
        ]
    }
}
