import MartletEngine
import Testing

@Suite("Passes over scores")
struct ScoreScanTests {
    @Test(
        "the best score is found in vocabularies of every awkward size",
        arguments: [1, 2, 15, 63, 64, 65, 127, 1000]
    )
    func best(count: Int) throws {
        for seed in 0..<50 as Range<UInt64> {
            let scores = randomScores(count: count, seed: seed)
            let expected = try #require(scores.indices.max { scores[$0] < scores[$1] })
            let found = scores.withUnsafeBufferPointer { ScoreScan.best($0) }
            #expect(found?.score == scores[expected])
            #expect(found?.index == scores.firstIndex(of: scores[expected]))
        }
    }

    @Test("of equal best scores the lowest index wins, wherever it lies")
    func ties() {
        for place in 0..<200 {
            var scores = [Float](repeating: -1, count: 200)
            for later in place..<200 { scores[later] = 3 }
            let found = scores.withUnsafeBufferPointer { ScoreScan.best($0) }
            #expect(found?.index == place)
        }
    }

    @Test("NaN is found wherever it lies")
    func notANumber() {
        for place in 0..<200 {
            var scores = randomScores(count: 200, seed: 1)
            scores[place] = .nan
            #expect(scores.withUnsafeBufferPointer { ScoreScan.best($0) } == nil)
        }
    }

    @Test("infinities of both signs side by side are not taken for NaN")
    func infinities() {
        var scores = randomScores(count: 128, seed: 2)
        scores[3] = .infinity
        scores[19] = -.infinity
        #expect(scores.withUnsafeBufferPointer { ScoreScan.best($0)?.index } == 3)
        let banned = [Float](repeating: -.infinity, count: 70)
        #expect(banned.withUnsafeBufferPointer { ScoreScan.best($0)?.score } == -.infinity)
    }
}
