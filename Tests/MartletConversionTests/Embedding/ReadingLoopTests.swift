import Dispatch
import MartletCore
import MartletEngine
import Synchronization
import Testing

@Suite("The embedder's thread")
struct ReadingLoopTests {
    /// Reads a text when the test lets it.
    private final class Gate: Sendable {
        let entries = DispatchSemaphore(value: 0)
        let exits = DispatchSemaphore(value: 0)
        let readCount = Mutex(0)
    }

    private struct GatedReader: TextReading {
        let gate: Gate
        var rowLimit: Int { 8 }
        var textLimit: Int { .max }

        func read(_ texts: [PreparedText]) throws -> [Result<[Float], any Error>] {
            gate.entries.signal()
            gate.exits.wait()
            gate.readCount.withLock { $0 += texts.count }
            return texts.map { .success([Float($0.tokens.count)]) }
        }
    }

    private func loop(
        _ gate: Gate,
        requestLimit: Int = 8,
        waitingTokenLimit: Int = 1000,
        cacheByteCount: Int = 1000
    ) async throws -> ReadingLoop {
        try await ReadingLoop.start(
            requestLimit: requestLimit,
            waitingTokenLimit: waitingTokenLimit,
            cacheByteCount: cacheByteCount
        ) { (GatedReader(gate: gate), width: 1, ()) }.0
    }

    private func text(_ word: String, _ tokenCount: Int = 8) -> (name: TextName, text: PreparedText) {
        (TextName(EmbeddingInput(word)), PreparedText(tokens: Array(repeating: 7, count: tokenCount)))
    }

    private func code(of error: (any Error)?) -> EngineError.Code? { (error as? EngineError)?.code }

    /// Waits until the reader reads, off the cooperative pool.
    private func entered(_ gate: Gate) async {
        await withCheckedContinuation { waiter in
            DispatchQueue.global().async {
                gate.entries.wait()
                waiter.resume()
            }
        }
    }

    @Test("a cancelled request ends at once, and what it had not begun is not read")
    func cancellation() async throws {
        let gate = Gate()
        let loop = try await loop(gate)
        let texts = (0..<5).map { text("\($0)") }
        let request = Task { try await loop.read(texts, owner: nil, deadline: nil) }
        await entered(gate)
        request.cancel()
        await #expect(throws: CancellationError.self) { try await request.value }
        #expect(loop.statistics.liveRequestCount == 0 && loop.statistics.waitingTokenCount == 0)
        gate.exits.signal()
        loop.close(draining: true)
        #expect(gate.readCount.withLock { $0 } == 1)
    }

    @Test("a request that is cancelled before it begins reads nothing")
    func earlyCancellation() async throws {
        let gate = Gate()
        let loop = try await loop(gate)
        let texts = [text("a")]
        let request = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await loop.read(texts, owner: nil, deadline: nil)
        }
        await #expect(throws: CancellationError.self) { try await request.value }
        // The thread may have begun before it saw that.
        gate.exits.signal()
        loop.close(draining: true)
    }

    @Test("a request fails when its time is over, at the next batch")
    func deadline() async throws {
        let gate = Gate()
        let loop = try await loop(gate)
        let texts = (0..<3).map { text("\($0)") }
        let request = Task {
            try await loop.read(texts, owner: nil, deadline: .now + .milliseconds(30))
        }
        await entered(gate)
        try await Task.sleep(for: .milliseconds(50))
        gate.exits.signal()
        let error = await #expect(throws: EngineError.self) { try await request.value }
        #expect(error?.code == .deadlinePassed && error?.failureKind == .unavailable)
        #expect(gate.readCount.withLock { $0 } == 1)
    }

    @Test("closing fails what waits; draining answers it first")
    func closing() async throws {
        for draining in [false, true] {
            let gate = Gate()
            let loop = try await loop(gate)
            let texts = (0..<3).map { text("\($0)") }
            let request = Task { try await loop.read(texts, owner: nil, deadline: nil) }
            await entered(gate)
            for _ in 0..<3 { gate.exits.signal() }
            await withCheckedContinuation { waiter in
                DispatchQueue.global().async {
                    loop.close(draining: draining)
                    waiter.resume()
                }
            }
            switch await request.result {
            case .success(let found): #expect(found.count == 3)
            case .failure(let error): #expect(!draining && code(of: error) == .closed)
            }
            await #expect(throws: EngineError.self) {
                try await loop.read([text("late")], owner: nil, deadline: nil)
            }
        }
    }

    @Test("too many requests and too many tokens are refused, and room comes back")
    func limits() async throws {
        let gate = Gate()
        let loop = try await loop(gate, requestLimit: 2, waitingTokenLimit: 20)
        let (first, second) = ([text("a")], [text("b", 16)])
        let running = Task { try await loop.read(first, owner: nil, deadline: nil) }
        await entered(gate)
        let waiting = Task { try await loop.read(second, owner: nil, deadline: nil) }
        while loop.statistics.liveRequestCount < 2 { await Task.yield() }
        for texts in [[text("c", 1)], [text("d", 5)]] {
            let error = await #expect(throws: EngineError.self) {
                try await loop.read(texts, owner: nil, deadline: nil)
            }
            #expect(error?.code == .busy && error?.failureKind == .overloaded(retryAfter: nil))
        }
        for _ in 0..<3 { gate.exits.signal() }
        _ = try await (running.value, waiting.value)
        #expect(try await loop.read([text("c", 1)], owner: nil, deadline: nil).count == 1)
    }

    @Test("a reader that can't be made says why, and leaves no thread behind")
    func failedStart() async throws {
        await #expect(throws: EngineError.self) {
            _ = try await ReadingLoop.start(requestLimit: 1, waitingTokenLimit: 1, cacheByteCount: 0) {
                () throws -> (any TextReading, width: Int, Void) in
                throw EngineError(.unusableModel, "no", remedy: "no")
            }
        }
    }
}
