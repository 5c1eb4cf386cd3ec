import Foundation
import MartletAWS
import MartletTestSupport
import Synchronization
import Testing

@Suite("Values that are renewed", .timeLimit(.minutes(1)))
struct RenewedValueTests {
    private struct Failure: Error {}

    /// Time that stands still, and a service that counts: fresh for 10 seconds, usable for 20.
    private final class World: Sendable {
        private struct State {
            var seconds = 0.0
            var fetchCount = 0
            var fails = false
        }
        private let state = Mutex(State())

        var now: Date { Date(timeIntervalSince1970: state.withLock { $0.seconds }) }
        var fetchCount: Int { state.withLock { $0.fetchCount } }

        func pass(_ seconds: Double) { state.withLock { $0.seconds += seconds } }
        func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }

        func fetch() throws -> RenewedValue<Int>.Fetched {
            let (number, fails) = state.withLock { state in
                state.fetchCount += 1
                return (state.fetchCount, state.fails)
            }
            guard !fails else { throw Failure() }
            return .init(
                value: number,
                freshUntil: now.addingTimeInterval(10),
                usableUntil: now.addingTimeInterval(20)
            )
        }
    }

    private final class Counter: Sendable {
        private let number = Mutex(0)
        var value: Int { number.withLock { $0 } }
        func count() { number.withLock { $0 += 1 } }
    }

    private let world = World()
    private let renewed: RenewedValue<Int>

    init() {
        let world = world
        renewed = RenewedValue(pauseAfterFailure: .seconds(5)) { world.now }
    }

    private func value() async throws -> Int { try await renewed.value { try world.fetch() } }

    @Test("are fetched once, and again when they are not fresh any more")
    func renewal() async throws {
        #expect(try await value() == 1)
        world.pass(9)
        #expect(try await value() == 1)
        world.pass(1)
        #expect(try await value() == 2)
    }

    @Test("go on being given out while they are usable and nothing better can be had")
    func failure() async throws {
        #expect(try await value() == 1)
        world.fail(true)
        world.pass(11)
        #expect(try await value() == 1)
        #expect(try await value() == 1)
        #expect(world.fetchCount == 2, "a failure is remembered for a moment")
        world.pass(6)
        #expect(try await value() == 1)
        #expect(world.fetchCount == 3)
        world.pass(4)
        await #expect(throws: Failure.self) { try await value() }
        world.fail(false)
        await #expect(throws: Failure.self) { try await value() }
        world.pass(5)
        #expect(try await value() == 4)
    }

    @Test("are not given out once they are refused, where the refusal says so")
    func refusal() async throws {
        #expect(try await value() == 1)
        renewed.refuse(keepsUsable: false) { $0 == 7 }
        #expect(try await value() == 1, "another one was refused")
        renewed.refuse(keepsUsable: true) { $0 == 1 }
        world.fail(true)
        #expect(try await value() == 1)
        renewed.refuse(keepsUsable: false) { $0 == 1 }
        await #expect(throws: Failure.self) { try await value() }
        #expect(world.fetchCount == 3)
    }

    @Test("are fetched by one for all who wait")
    func single() async throws {
        let (gate, world, renewed) = (Gate(), world, renewed)
        let counter = Counter()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await renewed.value {
                        counter.count()
                        try await gate.wait()
                        return try world.fetch()
                    }
                }
            }
            while counter.value == 0 { try await Task.sleep(for: .milliseconds(1)) }
            try await Task.sleep(for: .milliseconds(20))
            gate.open()
            for try await value in group { #expect(value == 1) }
        }
        #expect(counter.value == 1)
    }

    @Test("are fetched by the next one when the first goes away, and waiting can be given up")
    func cancellation() async throws {
        let (isFetching, world, renewed) = (Gate(), world, renewed)
        let first = Task {
            try await renewed.value {
                isFetching.open()
                try await Task.sleep(for: .seconds(60))
                return try world.fetch()
            }
        }
        try await isFetching.wait()
        let second = Task { try await renewed.value { try world.fetch() } }
        let third = Task { try await renewed.value { try world.fetch() } }
        try await Task.sleep(for: .milliseconds(20))
        third.cancel()
        await #expect(throws: CancellationError.self) { try await third.value }
        first.cancel()
        #expect(try await second.value == 1)
        await #expect(throws: CancellationError.self) { try await first.value }
    }
}
