/// What a program does at the turns of a Lambda MicroVM's life.
///
/// A MicroVM is a snapshot of a program that runs; it is resumed, suspended and ended from outside.
public protocol MicroVMActing: Sendable {
    /// Says whether everything that answers need is there; the snapshot is taken when it is.
    func isReady() async -> Bool
    /// Lets what runs end, and writes what is only in memory: connections and files may be gone afterwards.
    func suspend() async throws
    /// Takes notice that time has passed: clocks, credentials, connections and random numbers are stale.
    func resume() async throws
    /// Ends gracefully.
    func terminate() async
}

/// The hooks of a Lambda MicroVM: four small routes, and the order in which they may come.
///
/// - SeeAlso: https://docs.aws.amazon.com/lambda
public actor MicroVMHooks {
    /// Where a MicroVM is in its life.
    public enum Phase: Sendable, Hashable {
        /// The program starts. Goes to `running` when it is ready.
        case starting
        /// It answers. Goes to `suspending` or `terminated`.
        case running
        /// What runs is being ended. Goes to `suspended`, or back to `running` where that fails.
        case suspending
        /// It may be frozen any moment. Goes to `resuming` or `terminated`.
        case suspended
        /// What is stale is being renewed. Goes to `running`, or back to `suspended` where that fails.
        case resuming
        /// It ends.
        case terminated
    }

    /// What a hook answers.
    public struct Answer: Sendable, Hashable {
        /// The status code: 200, 404, 405, 409 where it comes at the wrong time, 500 where it failed, 503 before the start's end.
        public var status: Int
        /// A word or a sentence.
        public var text: String

        /// Makes an answer.
        public init(status: Int, text: String) {
            self.status = status
            self.text = text
        }
    }

    /// The hooks.
    public static let paths: Set<String> = ["/run", "/suspend", "/resume", "/terminate"]

    /// Where the MicroVM is.
    public private(set) var phase = Phase.starting
    private let actor: any MicroVMActing

    /// Makes the hooks of a program that starts.
    public init(actingOn actor: any MicroVMActing) {
        self.actor = actor
    }

    /// Answers a hook.
    ///
    /// A hook that comes again after it has done its work is answered as before: whoever calls may not have heard the answer.
    public func answer(method: String, path: String) async -> Answer {
        guard Self.paths.contains(path) else { return Answer(status: 404, text: "there is no such hook") }
        guard ["GET", "POST", "PUT"].contains(method.uppercased()) else {
            return Answer(status: 405, text: "use POST")
        }
        switch (path, phase) {
        case (_, .terminated): return Answer(status: path == "/terminate" ? 200 : 409, text: "terminated")
        case ("/run", .starting):
            guard await actor.isReady() else { return Answer(status: 503, text: "starting") }
            if phase == .starting { phase = .running }
            return done
        case ("/run", .running), ("/resume", .running), ("/suspend", .suspended): return done
        case ("/suspend", .running):
            phase = .suspending
            return await turn(to: .suspended, from: .running) { try await $0.suspend() }
        case ("/resume", .suspended):
            phase = .resuming
            return await turn(to: .running, from: .suspended) { try await $0.resume() }
        case ("/terminate", _):
            phase = .terminated
            await actor.terminate()
            return done
        default: return Answer(status: 409, text: "not now: \(phase)")
        }
    }

    private var done: Answer { Answer(status: 200, text: "\(phase)") }

    private func turn(
        to next: Phase,
        from former: Phase,
        _ work: (any MicroVMActing) async throws -> Void
    ) async -> Answer {
        do {
            try await work(actor)
        } catch {
            if phase != .terminated { phase = former }
            return Answer(status: 500, text: "failed: \(error)")
        }
        if phase != .terminated { phase = next }
        return done
    }
}
