import MartletSimulator
import Testing

@Suite("The virtual clock", .timeLimit(.minutes(1)))
struct VirtualClockTests {
    @Test("stands still until it is turned, and wakes who sleeps")
    func manual() async throws {
        let clock = VirtualClock(start: SimulatedDate(seconds: 100), isManual: true)
        #expect(clock.now == SimulatedDate(seconds: 100))
        async let slept: Void = clock.sleep(until: SimulatedDate(seconds: 7300))
        clock.advance(by: .seconds(3600))
        clock.advance(by: .seconds(3600))
        try await slept
        #expect(clock.now == SimulatedDate(seconds: 7300))
        clock.advance(by: .seconds(-5))
        #expect(clock.now == SimulatedDate(seconds: 7300))
    }

    @Test("goes by itself in real time, and can be stopped")
    func real() async throws {
        let clock = VirtualClock(start: SimulatedDate(seconds: 100))
        try await clock.sleep(until: SimulatedDate(seconds: 100.01))
        #expect(clock.now >= SimulatedDate(seconds: 100.01))
        clock.isManual = true
        let now = clock.now
        try await Task.sleep(for: .milliseconds(2))
        #expect(clock.now == now)
    }

    @Test("lets a cancelled sleeper go")
    func cancelled() async {
        let clock = VirtualClock(start: SimulatedDate(seconds: 0), isManual: true)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await clock.sleep(until: SimulatedDate(seconds: 9))) == nil }
            group.cancelAll()
            #expect(await group.next() == true)
        }
    }
}
