/// The masks of the states that were asked for last.
struct MaskCache {
    private var masks: [Int32: (words: [UInt64], lastUse: Int)] = [:]
    private var clock = 0
    private static let limit = 64

    /// The mask of `state`, if it is still here.
    mutating func find(_ state: Int32) -> [UInt64]? {
        guard let index = masks.index(forKey: state) else { return nil }
        clock += 1
        masks.values[index].lastUse = clock
        return masks.values[index].words
    }

    /// Keeps a mask, in place of the one that nobody has asked for longest.
    mutating func insert(_ words: [UInt64], for state: Int32) {
        if masks.count >= Self.limit, let oldest = masks.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            masks[oldest.key] = nil
        }
        clock += 1
        masks[state] = (words, clock)
    }
}
