/// Open-addressing tables over bytes and over pairs of numbers.
///
/// Both are seeded anew in every process, so that no file can be made whose entries all collide.
enum ByteHash {
    static let seed = UInt64.random(in: .min ... .max)
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Multiplies to 128 bits and folds the halves.
    static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ seed).multipliedFullWidth(by: multiplier)
        return product.high ^ product.low
    }

    /// Hashes eight bytes at a time; the last load overlaps.
    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let count = bytes.count
        var state = UInt64(truncatingIfNeeded: count) &* 0xA076_1D64_78BD_642F
        if count >= 8 {
            var offset = 0
            while offset &+ 8 < count {
                state = mix(state ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset &+= 8
            }
            return mix(state ^ bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
        }
        var tail: UInt64 = 0
        if count >= 4 {
            let low = bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
            let high = bytes.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
            tail = UInt64(low) | UInt64(high) << 32
        } else if count > 0 {
            tail = UInt64(bytes[0]) | UInt64(bytes[count >> 1]) << 8 | UInt64(bytes[count &- 1]) << 16
        }
        return mix(state ^ tail)
    }

    /// The table size for `count` entries: a power of two, at most half full.
    static func capacity(for count: Int) -> Int {
        var capacity = 16
        while capacity < count * 2 { capacity *= 2 }
        return capacity
    }
}

/// Finds the token that has given bytes.
struct TokenIndex: Sendable {
    /// High half: high half of the hash; low half: the token's index plus 1; 0 is free.
    private var slots: [UInt64]
    /// Bytes of the longest text in the index; longer ones need not be looked up.
    private(set) var longestByteCount = 0

    init(capacity count: Int) {
        slots = Array(repeating: 0, count: ByteHash.capacity(for: count))
    }

    /// Puts the text at `token` of `table` into the index, or returns the token that has the same text already.
    mutating func insert(_ token: Int, in table: UnsafeRawBufferPointer, offsets: [Int]) -> Int? {
        let bytes = UnsafeRawBufferPointer(rebasing: table[offsets[token]..<offsets[token + 1]])
        let hash = ByteHash.hash(bytes)
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            if slots[slot] >> 32 == hash >> 32 {
                let other = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
                if table[offsets[other]..<offsets[other + 1]].elementsEqual(bytes) { return other }
            }
            slot = (slot + 1) & mask
        }
        slots[slot] = (hash >> 32) << 32 | UInt64(token + 1)
        longestByteCount = max(longestByteCount, bytes.count)
        return nil
    }

    /// The token whose text in `table` is `bytes`.
    func find(_ bytes: UnsafeRawBufferPointer, in table: borrowing TokenTable) -> Int32? {
        guard bytes.count <= longestByteCount, bytes.count > 0 else { return nil }
        let hash = ByteHash.hash(bytes)
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let entry = slots[slot]
            if entry == 0 { return nil }
            if entry >> 32 == hash >> 32 {
                let token = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) - 1
                if table.text(at: token, equals: bytes) { return Int32(truncatingIfNeeded: token) }
            }
            slot = (slot + 1) & mask
        }
    }
}

extension TokenTable {
    /// Whether the text at `index` is exactly `bytes`.
    func text(at index: Int, equals bytes: UnsafeRawBufferPointer) -> Bool {
        let range = range(at: index)
        guard range.count == bytes.count else { return false }
        return self.bytes.withUnsafeBytes { all in
            var offset = 0
            while offset &+ 8 <= bytes.count {
                let left = all.loadUnaligned(fromByteOffset: range.lowerBound &+ offset, as: UInt64.self)
                if left != bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
                offset &+= 8
            }
            while offset < bytes.count {
                if all[range.lowerBound &+ offset] != bytes[offset] { return false }
                offset &+= 1
            }
            return true
        }
    }
}

/// Maps a pair of numbers to a rank and a number.
struct PairTable: Sendable {
    private struct Entry {
        /// Left in the high half, right in the low; all ones is free.
        var key = UInt64.max
        /// Rank in the high half, result in the low.
        var value: UInt64 = 0
    }

    private var entries: [Entry]

    init(capacity count: Int) {
        entries = Array(repeating: Entry(), count: ByteHash.capacity(for: count))
    }

    /// Adds a pair; the first of equal pairs stays.
    mutating func insert(left: Int32, right: Int32, rank: UInt32, result: Int32) {
        let key = Self.key(left, right)
        let mask = entries.count - 1
        var slot = Int(truncatingIfNeeded: ByteHash.mix(key)) & mask
        while entries[slot].key != .max {
            if entries[slot].key == key { return }
            slot = (slot + 1) & mask
        }
        entries[slot] = Entry(key: key, value: UInt64(rank) << 32 | UInt64(UInt32(bitPattern: result)))
    }

    /// The pair's rank and result.
    func find(left: Int32, right: Int32) -> (rank: UInt32, result: Int32)? {
        let key = Self.key(left, right)
        let mask = entries.count - 1
        var slot = Int(truncatingIfNeeded: ByteHash.mix(key)) & mask
        while true {
            let entry = entries[slot]
            // First, because the key of -1 and -1, which no pair has, looks like a free entry.
            if entry.key == .max { return nil }
            if entry.key == key {
                return (
                    UInt32(truncatingIfNeeded: entry.value >> 32),
                    Int32(bitPattern: UInt32(truncatingIfNeeded: entry.value))
                )
            }
            slot = (slot + 1) & mask
        }
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}
