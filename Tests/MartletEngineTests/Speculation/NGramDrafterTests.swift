import MartletEngine
import Testing

@Suite("Guessing from earlier text")
struct NGramDrafterTests {
    /// The longest earlier copy of the end, of equally long ones the latest, by comparing everywhere.
    private func slowMatch(_ tokens: [Int32]) -> NGramDrafter.Match? {
        var best: NGramDrafter.Match?
        let last = tokens.count - 1
        for place in tokens.indices.dropLast().reversed() {
            var length = 0
            while length < NGramDrafter.longestMatch, length <= place, tokens[place - length] == tokens[last - length] {
                length += 1
            }
            if length >= 2, length > best?.length ?? 0 {
                best = NGramDrafter.Match(length: length, distance: last - place)
            }
        }
        return best
    }

    @Test("finds the longest copy, the latest of equal ones", arguments: 1...40)
    func longest(seed: UInt64) {
        var random = RandomGenerator(seed: seed)
        var drafter = NGramDrafter(capacity: 64)
        var tokens: [Int32] = []
        #expect(drafter.match == nil)
        // As few places as are all compared.
        for _ in 0..<16 {
            let token = Int32(random.next() % (2 + seed % 3)) - 1
            tokens.append(token)
            drafter.append(token)
            #expect(drafter.match == slowMatch(tokens))
        }
    }

    @Test("goes on as the copy did, and with itself beyond the end")
    func continuation() {
        for (text, count, expected) in [
            ([1, 2, 3, 4, 1, 2], 3, [3, 4, 1]), ([1, 2, 3, 1, 2, 3, 1, 2], 8, [3, 1, 2, 3, 1, 2, 3, 1]),
            ([5, 5, 5], 4, [5, 5, 5, 5]), ([9, 1, 2, 7, 1, 2, 8, 9, 1, 2], 2, [7, 1]),
            ([3, 1, 2, 7, 1, 2, 8, 9, 1, 2], 2, [8, 9]),
        ] as [([Int32], Int, [Int32])] {
            var drafter = NGramDrafter()
            for token in text { drafter.append(token) }
            #expect(drafter.match.map { drafter.continuation(of: $0, count: count) } == expected)
        }
    }

    @Test("forgets the oldest text and stays right about the rest")
    func forgetting() {
        var random = RandomGenerator(seed: 4)
        var drafter = NGramDrafter(capacity: 64)
        var tokens: [Int32] = []
        for index in 0..<2_000 {
            let token = index % 90 < 45 ? Int32(index % 45) : Int32(random.next() % 200)
            tokens.append(token)
            drafter.append(token)
            guard let match = drafter.match else { continue }
            #expect(match.distance < 128)
            #expect(tokens.suffix(match.length) == tokens.dropLast(match.distance).suffix(match.length))
        }
    }
}

@Suite("Guesses and what they cost")
struct SpeculationTests {
    @Test("as many guesses as pay are computed, the likeliest first")
    func budget() {
        for (chances, rowCount, limit, expected) in [
            ([], 1, 8, []), ([[]], 1, 8, [0]), ([[0.9, 0.8, 0.7]], 1, 8, [3]), ([[0.9, 0.8, 0.7]], 1, 2, [2]),
            ([[0.9, 0.8, 0.7]], 1, 0, [0]), ([[0.9, 0.8, 0.7]], 1, -3, [0]), ([[0.2, 0.1]], 1, 8, [0]),
            ([[0.6, 0.2, 0.1]], 1, 8, [1]), ([[0.95, 0.9], [0.5, 0.3]], 2, 8, [2, 0]),
            ([[0.5], [0.95, 0.9]], 2, 1, [0, 1]),
            // Eight rows already: a further one takes as long as it is worth.
            ([[0.6, 0.5]], 8, 8, [0]), (Array(repeating: [0.5, 0.4], count: 8), 8, 64, Array(repeating: 0, count: 8)),
        ] as [([[Float]], Int, Int, [Int])] {
            #expect(DraftBudget.counts(chances: chances.map { $0[...] }, rowCount: rowCount, limit: limit) == expected)
        }
    }

    @Test("the longer copies come true, the longer the offers; failures end them, and successes bring them back")
    func adaption() {
        var speculator = Speculator()
        func run(_ tokens: [Int32]) -> [Int] {
            tokens.map { token in
                speculator.append(token)
                return speculator.offer(limit: 16).tokens.count
            }
        }
        let period: [Int32] = [1, 2, 3, 4, 5, 6, 7]
        let growing = run(Array(repeating: period, count: 6).flatMap { $0 })
        #expect(growing.prefix(8).allSatisfy { $0 == 0 })
        #expect(growing.last == 16)
        // Copies of two tokens, each of which goes on in another way.
        let failing = run((0..<80).flatMap { [100, 101, 200 + $0] })
        #expect(failing[40] <= 1 && failing.suffix(30).allSatisfy { $0 <= 1 })
        #expect(failing.suffix(30).contains(0))
        let again = run(Array(repeating: period, count: 6).flatMap { $0 })
        #expect(again.last == 16)
        speculator.append(1)
        #expect(speculator.offer(limit: 3).tokens == [2, 3, 4])
        #expect(speculator.offer(limit: 0).tokens.isEmpty && speculator.offer(limit: -1).tokens.isEmpty)
        let chances = speculator.offer(limit: 16).chances
        #expect(zip(chances, chances.dropFirst()).allSatisfy { $0 >= $1 })
    }
}
