import MartletCore
import MartletEngine

/// Straightforward twins of the sampler's steps, on whole distributions in double precision.
///
/// Each takes and gives scores by token, minus infinity for a token that is left out.
enum SlowSampling {
    typealias Scores = [Double]

    static func probabilities(_ scores: Scores) -> [Double] {
        let highest = scores.max() ?? 0
        let weights = scores.map { Double(exponential(Float($0 - highest))) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    static func order(_ scores: Scores) -> [Int] {
        scores.indices.filter { scores[$0] > -.infinity }
            .sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
    }

    static func keep(_ kept: some Swift.Sequence<Int>, of scores: Scores) -> Scores {
        let set = Set(kept)
        return scores.indices.map { set.contains($0) ? scores[$0] : -.infinity }
    }

    static func topK(_ scores: Scores, _ limit: Int) -> Scores {
        keep(order(scores).prefix(limit), of: scores)
    }

    static func topP(_ scores: Scores, _ share: Double) -> Scores {
        let all = probabilities(scores)
        var sum = 0.0
        var kept: [Int] = []
        for index in order(scores) {
            kept.append(index)
            sum += all[index]
            if sum >= share { break }
        }
        return keep(kept, of: scores)
    }

    static func minP(_ scores: Scores, _ fraction: Double) -> Scores {
        let all = probabilities(scores)
        let bound = (all.max() ?? 0) * fraction
        return keep(scores.indices.filter { all[$0] >= bound }, of: scores)
    }

    static func typical(_ scores: Scores, _ share: Double) -> Scores {
        let all = probabilities(scores)
        let surprises = all.map { $0 > 0 ? -logarithm($0) : .infinity }
        var entropy = 0.0
        for index in all.indices where all[index] > 0 { entropy += all[index] * surprises[index] }
        let ranked = order(scores).sorted { abs(surprises[$0] - entropy) < abs(surprises[$1] - entropy) }
        var sum = 0.0
        var kept: [Int] = []
        for index in ranked {
            kept.append(index)
            sum += all[index]
            if sum >= share { break }
        }
        return keep(kept, of: scores)
    }

    static func exclude(_ scores: Scores, _ threshold: Double) -> Scores {
        let all = probabilities(scores)
        let top = order(scores).filter { all[$0] >= threshold }
        let dropped = Set(top.dropLast())
        return keep(scores.indices.filter { !dropped.contains($0) }, of: scores)
    }

    static func penalties(
        _ scores: Scores,
        _ options: SamplingOptions.Penalties,
        _ history: [Int32]
    ) -> Scores {
        var result = scores
        let window = history.suffix(options.window)
        for token in Set(window) {
            let index = Int(token)
            let times = window.count { $0 == token }
            let repetition = Double(options.repetition)
            result[index] = result[index] > 0 ? result[index] / repetition : result[index] * repetition
            result[index] -= Double(times) * Double(options.frequency)
            result[index] -= Double(options.presence)
        }
        return result
    }

    static func banRepeats(_ scores: Scores, _ size: Int, _ history: [Int32]) -> Scores {
        var result = scores
        guard history.count >= size else { return scores }
        let end = history.suffix(size - 1)
        for start in 0...(history.count - size)
        where history[start..<(start + size - 1)].elementsEqual(end) {
            result[Int(history[start + size - 1])] = -.infinity
        }
        return result
    }

    /// DRY by comparing the end of the text with the text before every place.
    static func dry(
        _ scores: Scores,
        _ options: SamplingOptions.DRY,
        _ history: [Int32],
        breakers: [Int32]
    ) -> Scores {
        var result = scores
        let text = Array(history.suffix(options.window ?? history.count))
        var longest: [Int32: Int] = [:]
        for place in text.indices.dropFirst() {
            var length = 0
            while length < place {
                let token = text[text.count - 1 - length]
                if breakers.contains(token) || text[place - 1 - length] != token { break }
                length += 1
            }
            if length >= max(options.allowedLength, 1) {
                longest[text[place]] = max(longest[text[place]] ?? 0, length)
            }
        }
        for (token, length) in longest {
            let growth = power(Double(options.base), Double(length - options.allowedLength))
            result[Int(token)] -= Double(options.multiplier) * growth
        }
        return result
    }
}

/// Scores with the spread of a real model's, from a fixed seed.
func randomScores(count: Int, seed: UInt64, spread: Double = 12) -> [Float] {
    var random = RandomGenerator(seed: seed)
    return (0..<count).map { _ in
        // The sum of four uniform numbers is near enough to a bell curve.
        let sum = random.nextUnit() + random.nextUnit() + random.nextUnit() + random.nextUnit()
        return Float((sum - 2) * spread)
    }
}
