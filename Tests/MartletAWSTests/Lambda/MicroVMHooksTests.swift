import MartletAWS
import MartletTestSupport
import Synchronization
import Testing

/// Remembers what the hooks made it do.
private final class RecordedActor: MicroVMActing {
    struct Refusal: Error, CustomStringConvertible { let description = "not now" }

    private let state = Mutex((acts: [String](), isReady: true, fails: false))
    let gate: Gate?

    init(gate: Gate? = nil) { self.gate = gate }

    var acts: [String] { state.withLock { $0.acts } }
    func set(isReady: Bool) { state.withLock { $0.isReady = isReady } }
    func set(fails: Bool) { state.withLock { $0.fails = fails } }

    private func act(_ name: String) throws {
        try state.withLock { state in
            state.acts.append(name)
            if state.fails { throw Refusal() }
        }
    }

    func isReady() async -> Bool { state.withLock { $0.isReady } }
    func suspend() async throws {
        try await gate?.wait()
        try act("suspend")
    }
    func resume() async throws { try act("resume") }
    func terminate() async { try? act("terminate") }
}

@Suite("The hooks of a Lambda MicroVM", .timeLimit(.minutes(1)))
struct MicroVMHooksTests {
    private func statuses(_ hooks: MicroVMHooks, _ paths: [String]) async -> [Int] {
        var statuses: [Int] = []
        for path in paths {
            statuses.append(await hooks.answer(method: "POST", path: MicroVMHooks.prefix + path).status)
        }
        return statuses
    }

    @Test("goes through a life")
    func life() async {
        let actor = RecordedActor()
        let hooks = MicroVMHooks(actingOn: actor)
        actor.set(isReady: false)
        #expect(await statuses(hooks, ["/ready", "/run", "/suspend"]) == [503, 503, 503])
        actor.set(isReady: true)
        #expect(
            await statuses(hooks, ["/run", "/suspend", "/resume", "/suspend", "/terminate"])
                == Array(repeating: 200, count: 5)
        )
        #expect(actor.acts == ["resume", "suspend", "resume", "suspend", "terminate"])
        #expect(await hooks.phase == .terminated)
    }

    @Test("does nothing twice for a hook that comes again")
    func again() async {
        let actor = RecordedActor()
        let hooks = MicroVMHooks(actingOn: actor)
        let paths = [
            "/ready", "/validate", "/run", "/run", "/suspend", "/suspend", "/resume", "/resume", "/terminate",
            "/terminate",
        ]
        #expect(await statuses(hooks, paths) == Array(repeating: 200, count: 10))
        // A snapshot's copy begins where the snapshot was taken, maybe weeks ago.
        #expect(actor.acts == ["resume", "suspend", "resume", "terminate"])
        #expect(await statuses(hooks, ["/run", "/suspend", "/resume"]) == [409, 409, 409])
    }

    @Test("stays where it was when a turn fails, and takes it the next time")
    func failure() async {
        let actor = RecordedActor()
        let hooks = MicroVMHooks(actingOn: actor)
        _ = await statuses(hooks, ["/run"])
        actor.set(fails: true)
        #expect(await statuses(hooks, ["/suspend"]) == [500])
        #expect(await hooks.phase == .running)
        actor.set(fails: false)
        #expect(await statuses(hooks, ["/suspend"]) == [200])
        actor.set(fails: true)
        #expect(await statuses(hooks, ["/resume"]) == [500])
        #expect(await hooks.phase == .suspended)
    }

    @Test("refuses what comes at the wrong time or place")
    func wrong() async throws {
        let gate = Gate()
        let hooks = MicroVMHooks(actingOn: RecordedActor(gate: gate))
        for path in ["/other", "/run", "", "/", MicroVMHooks.prefix, "\(MicroVMHooks.prefix)/a/run", "/x/run"] {
            #expect(await hooks.answer(method: "POST", path: path).status == 404, "\(path)")
        }
        #expect(await hooks.answer(method: "GET", path: MicroVMHooks.prefix + "/run").status == 405)
        #expect(await statuses(hooks, ["/resume", "/run", "/run"]) == [409, 200, 200])
        async let suspension = hooks.answer(method: "POST", path: MicroVMHooks.prefix + "/suspend")
        while await hooks.phase != .suspending { try await Task.sleep(for: .milliseconds(2)) }
        #expect(await statuses(hooks, ["/suspend", "/resume", "/run"]) == [409, 409, 409])
        gate.open()
        let status = await suspension.status
        #expect(status == 200)
        #expect(await hooks.phase == .suspended)
    }
}
