/// How often values fell below each of a row of bounds.
package struct Histogram: Sendable, Hashable {
    /// Upper bounds in seconds that suit a request's life, from a millisecond to ten minutes.
    package static let secondBounds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
    ]

    /// Upper bounds, ascending; a last one at infinity is understood.
    let bounds: [Double]
    /// How many values each bound is the first for, infinity last.
    private(set) var counts: [Int]
    /// All values together.
    private(set) var sum = 0.0

    package init(bounds: [Double] = Histogram.secondBounds) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// How many values were seen.
    var count: Int { counts.reduce(0, +) }

    /// Sees a value; what is not a number isn't seen.
    package mutating func observe(_ value: Double) {
        guard value.isFinite else { return }
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }
}
