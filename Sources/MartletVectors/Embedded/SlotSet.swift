/// A set of slots as bits.
struct SlotSet: Sendable {
    private(set) var words: [UInt64]

    /// The empty set.
    init() { words = [] }

    /// Whether a slot is in the set.
    subscript(_ slot: Int) -> Bool {
        get { slot / 64 < words.count && words[slot / 64] >> UInt64(slot % 64) & 1 == 1 }
        set {
            if slot / 64 >= words.count {
                guard newValue else { return }
                words += Array(repeating: 0, count: slot / 64 + 1 - words.count)
            }
            let bit = UInt64(1) << UInt64(slot % 64)
            if newValue { words[slot / 64] |= bit } else { words[slot / 64] &= ~bit }
        }
    }

    /// How many slots are in the set.
    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Whether no slot is.
    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Sixty-four slots.
    subscript(word index: Int) -> UInt64 { index < words.count ? words[index] : 0 }

    /// Sixteen slots from a multiple of 16, the first in the lowest bit.
    func sixteen(from slot: Int) -> UInt16 {
        slot / 64 < words.count ? UInt16(truncatingIfNeeded: words[slot / 64] >> UInt64(slot % 64)) : 0
    }

    /// The slots in order.
    var slots: [Int] {
        var slots: [Int] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                slots.append(index * 64 + rest.trailingZeroBitCount)
                rest &= rest &- 1  // takes the lowest bit away; rest isn't 0
            }
        }
        return slots
    }

    mutating func formIntersection(_ other: SlotSet) {
        for index in words.indices { words[index] &= index < other.words.count ? other.words[index] : 0 }
    }

    mutating func formUnion(_ other: SlotSet) {
        words += Array(repeating: 0, count: max(0, other.words.count - words.count))
        for index in other.words.indices { words[index] |= other.words[index] }
    }

    mutating func subtract(_ other: SlotSet) {
        for index in words.indices where index < other.words.count { words[index] &= ~other.words[index] }
    }
}
