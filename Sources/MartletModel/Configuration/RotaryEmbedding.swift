/// How a family's rotary positions turn, before any tensor of factors.
public struct RotaryEmbedding: Sendable, Hashable {
    /// How the rotation is stretched for contexts longer than the model was first trained on.
    public enum Scaling: Sendable, Hashable {
        /// Not at all.
        case none
        /// Every frequency divided by `factor`.
        case linear(factor: Float)
        /// YaRN: low frequencies divided by `factor`, high ones kept, a ramp between (arXiv:2309.00071).
        case yarn(factor: Float, original: Int, betaFast: Float, betaSlow: Float, extrapolation: Float)
        /// Llama 3.1's rule: by wavelength against the original context.
        case llama3(factor: Float, lowFrequency: Float, highFrequency: Float, original: Int)
    }

    /// The base of the frequencies (GGUF `rope.freq_base`).
    public var base: Float
    /// How many of a head's values turn (GGUF `rope.dimension_count`), even.
    public var rotatedCount: Int
    /// The stretch.
    public var scaling: Scaling
    /// Multiplies cosines and sines (YaRN, longrope).
    public var magnitude: Float

    /// The angle per position of each rotated pair, `[rotatedCount / 2]`.
    ///
    /// - Parameter factors: One divisor for each frequency (tensors `rope_freqs`, `rope_factors_*`), or nil.
    func frequencies(factors: [Float]?) -> [Float] {
        let count = rotatedCount / 2
        var result = (0..<count).map { 1 / power(base, Float(2 * $0) / Float(rotatedCount)) }
        if let factors {
            for i in 0..<count { result[i] /= factors[i] }
        }
        switch scaling {
        case .none:
            break
        case .linear(let factor):
            for i in 0..<count { result[i] /= factor }
        case .yarn(let factor, let original, let betaFast, let betaSlow, let extrapolation):
            let low = max(0, correction(betaFast, original).rounded(.down))
            let high = min(Float(rotatedCount - 1), correction(betaSlow, original).rounded(.up))
            for i in 0..<count {
                let ramp = min(1, max(0, (Float(i) - low) / max(0.001, high - low)))
                let kept = (1 - ramp) * extrapolation
                result[i] = result[i] / factor * (1 - kept) + result[i] * kept
            }
        case .llama3(let factor, let lowFrequency, let highFrequency, let original):
            for i in 0..<count {
                let wavelength = 2 * Float.pi / result[i]
                let ratio = Float(original) / wavelength
                if ratio < lowFrequency {
                    result[i] /= factor
                } else if ratio <= highFrequency {
                    let smooth = (ratio - lowFrequency) / (highFrequency - lowFrequency)
                    result[i] = (1 - smooth) * result[i] / factor + smooth * result[i]
                }
            }
        }
        return result
    }

    /// The pair whose frequency turns `rotations` times in the original context.
    private func correction(_ rotations: Float, _ original: Int) -> Float {
        let turns = Float(original) / (rotations * 2 * Float.pi)
        return Float(rotatedCount) * logarithm(turns) / (2 * logarithm(base))
    }
}
