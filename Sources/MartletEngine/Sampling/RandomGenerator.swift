/// The random numbers behind every draw: xoshiro256**, its state filled from the seed by SplitMix64.
///
/// The sequence of a seed is part of Martlet's promise that a seed gives the same text again, so it never changes.
/// - SeeAlso: Blackman and Vigna 2021, "Scrambled Linear Pseudorandom Number Generators", arXiv:1805.01407;
///   Steele, Lea and Flood 2014, "Fast Splittable Pseudorandom Number Generators" (SplitMix64).
public struct RandomGenerator: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// Starts the sequence of `seed`; every seed is a good one.
    public init(seed: UInt64) {
        var mixer = seed
        // Wrapping is the algorithm: all of SplitMix64's arithmetic is modulo 2^64.
        func next() -> UInt64 {
            mixer &+= 0x9E37_79B9_7F4A_7C15
            var mixed = mixer
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        state = (next(), next(), next(), next())
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        // Wrapping is the algorithm: multiplication modulo 2^64.
        let scrambled = state.1 &* 5
        let result = ((scrambled << 7) | (scrambled >> 57)) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = (state.3 << 45) | (state.3 >> 19)
        return result
    }

    /// A number in `0..<1`, evenly spread over the multiples of 2^-53.
    public mutating func nextUnit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}
