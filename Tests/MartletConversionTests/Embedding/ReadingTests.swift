import Foundation
import MartletCore
import MartletEngine
import Synchronization
import Testing

@Suite("Texts are shared out and read")
struct ReadingTests {
    private func text(_ word: String, _ tokenCount: Int) -> (name: TextName, text: PreparedText) {
        (TextName(EmbeddingInput(word)), PreparedText(tokens: Array(repeating: 7, count: tokenCount)))
    }

    private func schedule(cacheByteLimit: Int = 0) -> ReadingSchedule {
        ReadingSchedule(cache: VectorCache(byteLimit: cacheByteLimit, width: 1))
    }

    private func read(_ batch: ReadingSchedule.Batch) -> [(name: TextName, result: Result<ReadText, any Error>)] {
        batch.map { ($0.name, .success(ReadText(values: [1], tokenCount: $0.text.tokens.count))) }
    }

    @Test("a batch takes what fits, the longest first, and one text always")
    func packing() {
        var schedule = schedule()
        _ = schedule.add(.init(texts: [text("a", 3), text("b", 60), text("c", 20), text("d", 90)]))
        #expect(schedule.statistics.waitingTokenCount == 173)
        #expect(schedule.nextBatch(rowLimit: 80, textLimit: .max).map(\.text.tokens.count) == [90])
        #expect(schedule.nextBatch(rowLimit: 80, textLimit: .max).map(\.text.tokens.count) == [60, 20])
        #expect(schedule.nextBatch(rowLimit: 80, textLimit: .max).map(\.text.tokens.count) == [3])
        #expect(schedule.nextBatch(rowLimit: 80, textLimit: .max).isEmpty && !schedule.isEmpty)
        #expect(schedule.statistics.waitingTokenCount == 0)
    }

    @Test("no more texts than the reader takes")
    func textLimit() {
        var schedule = schedule()
        _ = schedule.add(.init(texts: (0..<10).map { text("\($0)", 1) }))
        #expect(schedule.nextBatch(rowLimit: 100, textLimit: 4).count == 4)
    }

    @Test("a small request is in the next batch, whatever waits", arguments: [nil, "same"] as [String?])
    func fairness(owner: String?) {
        var schedule = schedule()
        _ = schedule.add(.init(texts: (0..<1000).map { text("huge \($0)", 50) }, owner: owner))
        var batch = schedule.nextBatch(rowLimit: 1000, textLimit: .max)
        #expect(batch.count == 20)
        _ = schedule.finish(read(batch), after: .zero)
        let small = schedule.add(.init(texts: [text("small", 5)], owner: owner))
        batch = schedule.nextBatch(rowLimit: 1000, textLimit: .max)
        #expect(batch.contains { $0.name == TextName(EmbeddingInput("small")) } && batch.count == 20)
        let outcomes = schedule.finish(read(batch), after: .zero)
        #expect(outcomes.count == 1 && small.id != nil && schedule.statistics.requestCount == 1)
    }

    @Test("owners share the tokens, however many requests they make")
    func owners() {
        var schedule = schedule()
        for request in 0..<10 {
            _ = schedule.add(.init(texts: (0..<100).map { text("many \(request) \($0)", 100) }, owner: "many"))
        }
        _ = schedule.add(.init(texts: (0..<100).map { text("one \($0)", 100) }, owner: "one"))
        let names = Set((0..<100).map { TextName(EmbeddingInput("one \($0)")) })
        var counts = (own: 0, all: 0)
        for _ in 0..<8 {
            let batch = schedule.nextBatch(rowLimit: 2400, textLimit: .max)
            counts.own += batch.count { names.contains($0.name) }
            counts.all += batch.count
            _ = schedule.finish(read(batch), after: .zero)
        }
        #expect(counts.all == 192 && abs(counts.own - 96) <= 12)
    }

    @Test("equal texts of several requests are read once, and every request gets them")
    func sharing() throws {
        var schedule = schedule()
        let first = schedule.add(.init(texts: [text("same", 5), text("first", 6)]))
        let batch = schedule.nextBatch(rowLimit: 6, textLimit: .max)
        // One joins a text that is being read, another one a text that waits.
        _ = schedule.add(.init(texts: [text("first", 6)]))
        let third = schedule.add(.init(texts: [text("same", 5)]))
        #expect(schedule.statistics.sharedCount == 2)
        #expect(schedule.finish(read(batch), after: .zero).count == 1)
        // The one that gives up takes nothing from the other.
        schedule.remove(try #require(first.id))
        let rest = schedule.nextBatch(rowLimit: 6, textLimit: .max)
        #expect(rest.count == 1 && third.id != nil)
        #expect(schedule.finish(read(rest), after: .zero).count == 1)
        #expect(schedule.isEmpty && schedule.statistics.textCount == 2 && schedule.statistics.tokenCount == 11)
    }

    @Test("what was given up is not read")
    func removal() throws {
        var schedule = schedule()
        let id = try #require(schedule.add(.init(texts: [text("a", 5), text("b", 6)])).id)
        schedule.remove(id)
        #expect(schedule.isEmpty && schedule.nextBatch(rowLimit: 100, textLimit: .max).isEmpty)
        #expect(schedule.statistics.waitingTokenCount == 0 && schedule.statistics.liveRequestCount == 0)
    }

    @Test("one bad text fails the requests that have it and no other")
    func failure() {
        var schedule = schedule()
        _ = schedule.add(.init(texts: [text("good", 5), text("bad", 6)]))
        _ = schedule.add(.init(texts: [text("good", 5)]))
        let batch = schedule.nextBatch(rowLimit: 100, textLimit: .max)
        let bad = TextName(EmbeddingInput("bad"))
        let results = read(batch).map { item in
            item.name == bad ? (item.name, Result<ReadText, any Error>.failure(CancellationError())) : item
        }
        let outcomes = schedule.finish(results, after: .zero)
        #expect(outcomes.count == 2 && schedule.isEmpty)
        #expect(outcomes.count { (try? $0.result.get()) != nil } == 1)
    }

    @Test("the cache forgets what was not used for longest, and holds its limit")
    func cache() {
        var cache = VectorCache(byteLimit: 3 * (224 + 16), width: 4)
        let names = (0..<5).map { TextName(EmbeddingInput("\($0)")) }
        for name in names.prefix(3) { cache.insert(name, ReadText(values: [0, 0, 0, 1], tokenCount: 1)) }
        #expect(cache.find(names[0]) != nil)
        cache.insert(names[3], ReadText(values: [0, 0, 1, 0], tokenCount: 1))
        #expect(cache.count == 3 && cache.find(names[1]) == nil && cache.find(names[0]) != nil)
        #expect(cache.find(names[3])?.values == [0, 0, 1, 0])
        var none = VectorCache(byteLimit: 0, width: 4)
        none.insert(names[0], ReadText(values: [], tokenCount: 1))
        #expect(none.find(names[0]) == nil)
    }

    @Test("names tell apart whatever gives another vector")
    func names() {
        func tokens(_ ids: Int32...) -> EmbeddingInput { EmbeddingInput(.tokens(ids.map { TokenID($0) })) }
        let inputs = [
            EmbeddingInput("ab"), EmbeddingInput("b", instruction: "a"), EmbeddingInput("", instruction: "ab"),
            EmbeddingInput("ab", instruction: ""), tokens(1, 2), tokens(513), tokens(2, 1),
            EmbeddingInput(.tokens([TokenID(1)]), instruction: "x"), EmbeddingInput("a\u{0}b"),
            // Canonically equal to Swift, other bytes to a model.
            EmbeddingInput("\u{E9}"), EmbeddingInput("e\u{301}"),
        ]
        #expect(Set(inputs.map { TextName($0) }).count == inputs.count)
        #expect(TextName(query: "a", text: "b") != TextName(EmbeddingInput("b", instruction: "a")))
    }
}
