import MartletEngine
import Testing

@Suite("A set of tokens")
struct TokenBitsetTests {
    @Test("holds what was put in, and masks exactly the rest", arguments: [1, 63, 64, 65, 128, 200, 1_000])
    func mask(count: Int) {
        var random = RandomGenerator(seed: UInt64(count))
        var twin: Set<Int32> = []
        var set = TokenBitset(vocabularyCount: count)
        for _ in 0..<count {
            let token = Int32(random.next() % UInt64(count))
            if random.nextUnit() < 0.3 {
                twin.remove(token)
                set.remove(token)
            } else {
                twin.insert(token)
                set.insert(token)
            }
        }
        #expect(set.count == twin.count)
        var scores = (0..<count).map(Float.init)
        scores.withUnsafeMutableBufferPointer { set.mask($0) }
        for token in 0..<Int32(count) {
            #expect(set.contains(token) == twin.contains(token))
            #expect(scores[Int(token)] == (twin.contains(token) ? Float(token) : -.infinity))
        }
        set.removeAll()
        #expect(set.isEmpty && set.count == 0)
    }

    @Test("tokens outside the vocabulary are in no set")
    func outside() {
        var set = TokenBitset(vocabularyCount: 70)
        for token in [-1, 70, 127, .max, .min] as [Int32] {
            set.insert(token)
            set.remove(token)
            #expect(!set.contains(token))
        }
        #expect(set.isEmpty)
    }

    @Test("a union holds both sets' tokens")
    func union() {
        var left = TokenBitset(vocabularyCount: 100)
        var right = left
        left.insert(3)
        right.insert(99)
        left.formUnion(right)
        #expect(left.contains(3) && left.contains(99) && left.count == 2)
    }
}
