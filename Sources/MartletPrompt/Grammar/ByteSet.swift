/// A set of bytes, a bit each.
struct ByteSet: Sendable, Hashable {
    private var low: (UInt64, UInt64) = (0, 0)
    private var high: (UInt64, UInt64) = (0, 0)

    /// Makes an empty set.
    init() {}

    /// Makes a set of one range.
    init(_ range: ClosedRange<UInt8>) {
        for byte in range { insert(byte) }
    }

    /// Every byte.
    static let all = ByteSet(0...255)

    /// Whether the set has `byte`.
    func contains(_ byte: UInt8) -> Bool {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        return switch byte >> 6 {
        case 0: low.0 & bit != 0
        case 1: low.1 & bit != 0
        case 2: high.0 & bit != 0
        default: high.1 & bit != 0
        }
    }

    /// Adds `byte`.
    mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: low.0 |= bit
        case 1: low.1 |= bit
        case 2: high.0 |= bit
        default: high.1 |= bit
        }
    }

    /// Takes `byte` away.
    mutating func remove(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: low.0 &= ~bit
        case 1: low.1 &= ~bit
        case 2: high.0 &= ~bit
        default: high.1 &= ~bit
        }
    }

    /// Adds the bytes of `other`.
    mutating func formUnion(_ other: ByteSet) {
        low = (low.0 | other.low.0, low.1 | other.low.1)
        high = (high.0 | other.high.0, high.1 | other.high.1)
    }

    /// The bytes that are in both.
    func intersection(_ other: ByteSet) -> ByteSet {
        var both = ByteSet()
        both.low = (low.0 & other.low.0, low.1 & other.low.1)
        both.high = (high.0 & other.high.0, high.1 & other.high.1)
        return both
    }

    /// Whether no byte is in the set.
    var isEmpty: Bool { low.0 | low.1 | high.0 | high.1 == 0 }

    /// The bytes in order.
    var members: [UInt8] { (0...255).filter { contains($0) } }

    static func == (left: ByteSet, right: ByteSet) -> Bool { left.low == right.low && left.high == right.high }

    func hash(into hasher: inout Hasher) {
        hasher.combine(low.0)
        hasher.combine(low.1)
        hasher.combine(high.0)
        hasher.combine(high.1)
    }
}
