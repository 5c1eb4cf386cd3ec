/// Passes over a whole vocabulary's scores, in blocks that compile to vector instructions.
package enum ScoreScan {
    private typealias Vector = SIMD16<Float>
    static var blockLength: Int { 64 }

    /// The highest score and its lowest index.
    ///
    /// One pass; NaN anywhere is found in it.
    /// - Returns: nil when a score is NaN or there is no score.
    package static func best(_ scores: UnsafeBufferPointer<Float>) -> (index: Int, score: Float)? {
        guard let base = scores.baseAddress, !scores.isEmpty else { return nil }
        let raw = UnsafeRawPointer(base)
        var best = -Float.infinity
        var bestBlock = 0
        var hasNaN = false
        var index = 0
        while index + blockLength <= scores.count {
            // In bounds: index + 64 <= count.
            let peak = peak(raw, index)
            if peak > best {
                best = peak
                bestBlock = index
            } else if !(peak <= best) {
                hasNaN = true
            }
            index += blockLength
        }
        while index < scores.count {
            if base[index] > best {
                best = base[index]
                bestBlock = index
            } else if !(base[index] <= best) {
                hasNaN = true
            }
            index += 1
        }
        if hasNaN { return nil }
        var found = bestBlock
        while base[found] != best { found += 1 }
        return (found, best)
    }

    /// The highest of 64 scores; NaN when one of them is.
    @inline(__always)
    private static func peak(_ raw: UnsafeRawPointer, _ index: Int) -> Float {
        let address = raw + index * 4
        let first = address.loadUnaligned(as: Vector.self)
        let second = address.loadUnaligned(fromByteOffset: 64, as: Vector.self)
        let third = address.loadUnaligned(fromByteOffset: 128, as: Vector.self)
        let fourth = address.loadUnaligned(fromByteOffset: 192, as: Vector.self)
        let upper = first.replacing(with: second, where: second .> first)
        let lower = third.replacing(with: fourth, where: fourth .> third)
        let all = upper.replacing(with: lower, where: lower .> upper)
        // A NaN in any lane makes that lane of the sum NaN, and so the sum of lanes; so do opposite infinities,
        // which the slow path tells apart.
        let sum = (first + second) + (third + fourth)
        if any(sum .!= sum) {
            for offset in 0..<blockLength {
                let score = address.loadUnaligned(fromByteOffset: offset * 4, as: Float.self)
                if score.isNaN { return .nan }
            }
        }
        return all.max()
    }

    /// Calls `body` with each index from `start` on whose score is above a bound that `body` itself raises.
    ///
    /// - Parameter body: Takes an index and its score, and gives the next bound.
    @inline(__always)
    static func forEach(
        in scores: UnsafeBufferPointer<Float>,
        from start: Int,
        above initialBound: Float,
        _ body: (Int, Float) -> Float
    ) {
        guard let base = scores.baseAddress else { return }
        let raw = UnsafeRawPointer(base)
        var bound = initialBound
        var index = start
        while index + 16 <= scores.count {
            // In bounds: index + 16 <= count.
            let vector = raw.loadUnaligned(fromByteOffset: index * 4, as: Vector.self)
            if any(vector .> Vector(repeating: bound)) {
                for offset in index..<(index + 16) where base[offset] > bound { bound = body(offset, base[offset]) }
            }
            index += 16
        }
        while index < scores.count {
            if base[index] > bound { bound = body(index, base[index]) }
            index += 1
        }
    }
}
