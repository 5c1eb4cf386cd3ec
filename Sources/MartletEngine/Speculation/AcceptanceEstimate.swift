/// How often guesses come true, by how long the copy was that they were taken from.
///
/// Every token that the model chooses tells, whether its guess was computed ahead or not: so guessing that doesn't pay
/// costs nothing while it rests, and is taken up again as soon as it would.
package struct AcceptanceEstimate: Sendable {
    /// A guess counts this much of the estimate.
    private static let weight: Float = 1 / 12
    /// For copies of 2, 3 to 4, 5 to 8 and more tokens; where nothing is known yet, longer ones are trusted more.
    private var rates: [Float] = [0.25, 0.45, 0.65, 0.85]

    /// Knows nothing yet.
    package init() {}

    private static func index(_ length: Int) -> Int {
        switch length {
        case ...2: 0
        case ...4: 1
        case ...8: 2
        default: 3
        }
    }

    /// The chance that the token after a copy of `length` tokens comes next.
    package func chance(afterMatchOf length: Int) -> Float { rates[Self.index(length)] }

    /// Takes note of whether it came.
    package mutating func record(matchLength: Int, cameTrue: Bool) {
        let index = Self.index(matchLength)
        rates[index] += ((cameTrue ? 1 : 0) - rates[index]) * Self.weight
    }
}
