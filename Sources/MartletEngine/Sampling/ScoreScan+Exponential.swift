extension ScoreScan {
    /// e to the power of each lane, which is at most 0; relative error below 3e-7, and 0 below -87.
    ///
    /// The argument is split into n * ln 2 + r with r within half of ln 2 of 0; a polynomial gives e^r (Cody and Waite
    /// 1980, "Software Manual for the Elementary Functions"), and 2^n goes into the exponent's bits.
    @inline(__always)
    static func exponential(_ x: SIMD16<Float>) -> SIMD16<Float> {
        // Adding 1.5 * 2^23 rounds to a whole number, which then stands in the low bits.
        let rounder: Float = 12_582_912
        let clamped = x.replacing(with: -87.25, where: x .< -87.25)
        let shifted = clamped * 1.442_695_04 + rounder
        let whole = shifted - rounder
        // ln 2 in two parts, the first exact in few bits, so that n times it is exact.
        let rest = clamped - whole * 0.693_359_375 + whole * 2.121_944_4e-4
        var sum = rest * 1.388_888_9e-3 + 8.333_333_4e-3
        sum = sum * rest + 4.166_666_7e-2
        sum = sum * rest + 1.666_666_7e-1
        sum = sum * rest + 0.5
        sum = sum * rest + 1
        sum = sum * rest + 1
        // Wrapping: the low bits hold n + a constant whose shift leaves nothing; n is at least -126.
        let exponent = unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &<< 23
        let power = unsafeBitCast(exponent &+ 0x3F80_0000, to: SIMD16<Float>.self)
        return (sum * power).replacing(with: 0, where: x .< -87)
    }

    /// The sum of `exp((score - highest) / divisor)` over all scores, none above `highest`.
    ///
    /// - Parameter blockSums: Where given, takes the sums of each 64 scores, the last block's over what is left.
    /// - Complexity: O(V), some 0.1 ms for 152k scores.
    static func exponentialSum(
        _ scores: UnsafeBufferPointer<Float>,
        highest: Float,
        divisor: Float = 1,
        blockSums: inout [Float]
    ) -> Double {
        blockSums.removeAll(keepingCapacity: true)
        guard let base = scores.baseAddress else { return 0 }
        let raw = UnsafeRawPointer(base)
        var total = 0.0
        var index = 0
        while index + blockLength <= scores.count {
            // In bounds: index + 64 <= count.
            var sum = SIMD16<Float>.zero
            for part in 0..<4 {
                let vector = raw.loadUnaligned(fromByteOffset: (index + 16 * part) * 4, as: SIMD16<Float>.self)
                sum += exponential((vector - highest) / divisor)
            }
            let block = sum.sum()
            blockSums.append(block)
            total += Double(block)
            index += blockLength
        }
        if index < scores.count {
            var block: Float = 0
            while index < scores.count {
                block += exponential(SIMD16(repeating: (scores[index] - highest) / divisor))[0]
                index += 1
            }
            blockSums.append(block)
            total += Double(block)
        }
        return total
    }

    /// The natural logarithm of the sum of all scores' exponentials, which turns scores into log-probabilities.
    ///
    /// - Parameter highest: The highest score.
    package static func logSumOfExponentials(_ scores: UnsafeBufferPointer<Float>, highest: Float) -> Float {
        var blockSums: [Float] = []
        blockSums.reserveCapacity(scores.count / blockLength + 1)
        return highest + Float(logarithm(exponentialSum(scores, highest: highest, blockSums: &blockSums)))
    }

    /// Draws an index with probability proportional to `exp(score / divisor)`.
    ///
    /// - Parameters:
    ///   - highest: The highest score.
    ///   - unit: A number in `0..<1`, evenly distributed.
    ///   - blockSums: Scratch.
    /// - Complexity: O(V): one pass for the sums, then one over 64 scores.
    static func draw(
        _ scores: UnsafeBufferPointer<Float>,
        highest: Float,
        divisor: Float,
        unit: Double,
        blockSums: inout [Float]
    ) -> Int {
        var remaining = unit * exponentialSum(scores, highest: highest, divisor: divisor, blockSums: &blockSums)
        var block = 0
        // Rounding can leave a trace after the last block: the draw belongs to the last one that is possible.
        var possible = 0
        while block < blockSums.count {
            if blockSums[block] > 0 {
                possible = block
                if remaining < Double(blockSums[block]) { break }
            }
            remaining -= Double(blockSums[block])
            block += 1
        }
        let start = possible * blockLength
        var last = start
        for index in start..<min(start + blockLength, scores.count) {
            let weight = exponential(SIMD16(repeating: (scores[index] - highest) / divisor))[0]
            guard weight > 0 else { continue }
            last = index
            remaining -= Double(weight)
            if remaining < 0 { break }
        }
        return last
    }

    /// The width of the classes of ``bound(ofShare:of:highest:total:)``.
    static var classWidth: Float { 1 / 16 }

    /// A score that all tokens reach that are needed for a share of probability, and few others.
    ///
    /// Scores are sorted into classes of equal width below the highest, whose weights are summed from the top.
    /// - Parameter total: The sum of `exp(score - highest)` over all scores.
    /// - Returns: nil when the share takes scores more than 32 below the highest.
    /// - Complexity: O(V).
    static func bound(
        ofShare share: Double,
        of scores: UnsafeBufferPointer<Float>,
        highest: Float,
        total: Double
    ) -> Float? {
        let classCount = 512
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: classCount) { sums in
            sums.initialize(repeating: 0)
            for score in scores {
                let distance = (highest - score) / classWidth
                guard distance < Float(classCount) else { continue }
                sums[Int(distance)] += Double(exponential(SIMD16(repeating: score - highest))[0])
            }
            var sum = 0.0
            for index in 0..<classCount {
                sum += sums[index]
                // A little more than the share, for sums that round otherwise.
                if sum >= share * total * (1 + 1e-6) { return highest - Float(index + 1) * classWidth }
            }
            return nil
        }
    }
}
