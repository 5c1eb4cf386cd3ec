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

/// The hooks of a Lambda MicroVM: six small routes, and the order in which they may come.
///
/// - SeeAlso: https://docs.aws.amazon.com/lambda/latest/microvm-api/API_Hooks.html
public actor MicroVMHooks {
    /// Where a MicroVM is in its life.
    public enum Phase: Sendable, Hashable {
        /// The program starts. Goes to `ready` when it is.
        case starting
        /// The snapshot may be taken, or was. Goes to `resuming`.
        case ready
        /// It answers. Goes to `suspending` or `terminated`.
        case running
        /// What runs is being ended. Goes to `suspended`, or back to `running` where that fails.
        case suspending
        /// It may be frozen any moment. Goes to `resuming` or `terminated`.
        case suspended
        /// What is stale is being renewed. Goes to `running`, or back to where it was where that fails.
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

    /// What every hook's path begins with; Lambda has fixed it.
    public static let prefix = "/aws/lambda-microvms/runtime/v1"
    /// The hooks' names: the first two are asked when the image is made, the others in a MicroVM's life.
    public static let names: Set<String> = ["ready", "validate", "run", "suspend", "resume", "terminate"]

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
        let parts = path.split(separator: "/")
        guard path == "\(Self.prefix)/\(parts.last ?? "")", let hook = parts.last.map({ String($0) }),
            Self.names.contains(hook)
        else { return Answer(status: 404, text: "there is no such hook") }
        guard method.uppercased() == "POST" else { return Answer(status: 405, text: "use POST") }
        if phase == .starting, hook != "terminate" {
            guard await actor.isReady() else { return Answer(status: 503, text: "starting") }
            if phase == .starting { phase = .ready }
        }
        switch (hook, phase) {
        case (_, .terminated): return Answer(status: hook == "terminate" ? 200 : 409, text: "terminated")
        case ("ready", .ready), ("validate", .ready), ("validate", .running): return done
        case ("run", .running), ("resume", .running), ("suspend", .suspended): return done
        case ("run", .ready), ("resume", .suspended):
            let former = phase
            phase = .resuming
            return await turn(to: .running, from: former) { try await $0.resume() }
        case ("suspend", .running):
            phase = .suspending
            return await turn(to: .suspended, from: .running) { try await $0.suspend() }
        case ("terminate", _):
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
