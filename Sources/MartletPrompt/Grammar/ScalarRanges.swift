/// A set of Unicode scalars as ranges that rise and do not touch; halves of surrogate pairs are never in it.
struct ScalarRanges: Sendable, Hashable {
    /// The ranges, rising, with a gap between any two.
    private(set) var ranges: [ClosedRange<UInt32>]

    /// The highest scalar.
    static let last: UInt32 = 0x10FFFF
    private static let surrogates: ClosedRange<UInt32> = 0xD800...0xDFFF

    /// Makes the set of everything in `ranges`, which may overlap and come in any order.
    ///
    /// - Complexity: O(n log n).
    init(_ ranges: some Swift.Sequence<ClosedRange<UInt32>>) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.lowerBound <= Self.last {
            let range = range.lowerBound...min(range.upperBound, Self.last)
            if let before = merged.last, range.lowerBound <= before.upperBound + 1 {
                merged[merged.count - 1] = before.lowerBound...max(before.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged.flatMap { Self.withoutSurrogates($0) }
    }

    /// Makes a set of single scalars.
    init(_ scalars: String.UnicodeScalarView) {
        self.init(scalars.map { $0.value...$0.value })
    }

    /// Every scalar.
    static let all = ScalarRanges([0...last])

    private static func withoutSurrogates(_ range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
        guard range.overlaps(surrogates) else { return [range] }
        var parts: [ClosedRange<UInt32>] = []
        if range.lowerBound < surrogates.lowerBound { parts.append(range.lowerBound...surrogates.lowerBound - 1) }
        if range.upperBound > surrogates.upperBound { parts.append(surrogates.upperBound + 1...range.upperBound) }
        return parts
    }

    /// Whether no scalar is in the set.
    var isEmpty: Bool { ranges.isEmpty }

    /// Every scalar that is not in the set.
    var inverted: ScalarRanges {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= Self.last { gaps.append(next...Self.last) }
        return ScalarRanges(gaps)
    }

    /// Every scalar that is in either.
    func union(_ other: ScalarRanges) -> ScalarRanges { ScalarRanges(ranges + other.ranges) }

    /// Every scalar that is in both.
    func intersection(_ other: ScalarRanges) -> ScalarRanges { inverted.union(other.inverted).inverted }

    /// Every scalar that is not in `other`.
    func subtracting(_ other: ScalarRanges) -> ScalarRanges { intersection(other.inverted) }

    /// Whether the set has `scalar`.
    func contains(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } }

    /// Whether it has every scalar of `range`, halves of surrogate pairs aside.
    func covers(_ range: ClosedRange<UInt32>) -> Bool { ScalarRanges([range]).subtracting(self).isEmpty }
}
