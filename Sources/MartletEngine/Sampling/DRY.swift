package import MartletCore

/// "Don't repeat yourself": a penalty, growing with the repeat's length, on the token that would extend a repeat.
///
/// A token t costs `multiplier * base^(n - allowedLength)`, where n is the length of the longest end of the text that
/// also stands before an earlier t. A repeat never reaches back across a sequence breaker.
/// - SeeAlso: p-e-w 2024, "DRY: A modern repetition penalty that reliably prevents looping",
///   https://github.com/oobabooga/text-generation-webui/pull/5677.
package struct DRYStep: ScoreStep {
    private let options: SamplingOptions.DRY
    private let breakingTokens: Set<Int32>
    private let breakingSequences: [[Int32]]
    /// The recent tokens, the latest first.
    private var reversed: [Int32] = []
    /// For each place in `reversed`, how many tokens from there on equal the beginning of `reversed` (Z function).
    private var matches: [Int] = []
    /// The longest repeat that each token would extend.
    private var longest: [Int32: Int] = [:]

    /// Takes checked options.
    ///
    /// - Parameter breakers: Sequences of tokens that a repeat never reaches across.
    package init(_ options: SamplingOptions.DRY, breakers: [[Int32]]) {
        self.options = options
        breakingTokens = Set(breakers.filter { $0.count == 1 }.joined())
        breakingSequences = breakers.filter { $0.count > 1 }
    }

    /// - Complexity: O(window) with the Z function, plus O(window) for each breaker of several tokens.
    package mutating func apply(to scores: UnsafeMutableBufferPointer<Float>, history: ArraySlice<Int32>) {
        let window = history.suffix(options.window ?? history.count)
        reversed.removeAll(keepingCapacity: true)
        reversed.append(contentsOf: window.reversed())
        let limit = lengthSinceBreaker()
        guard limit >= options.allowedLength, reversed.count > 1 else { return }
        fillMatches()
        longest.removeAll(keepingCapacity: true)
        for place in 1..<reversed.count {
            let length = min(matches[place], limit)
            guard length >= options.allowedLength, length > 0 else { continue }
            let extending = reversed[place - 1]
            if length > longest[extending, default: 0] { longest[extending] = length }
        }
        for (token, length) in longest where token >= 0 && Int(token) < scores.count {
            // Exponents beyond 100 are all beyond Float's range or constant: the penalty stays finite.
            let exponent = Float(min(length - options.allowedLength, 100))
            let penalty = options.multiplier * power(options.base, exponent)
            scores[Int(token)] -= min(penalty, Float.greatestFiniteMagnitude / 4)
        }
    }

    /// How many of the latest tokens come after the last breaker.
    private func lengthSinceBreaker() -> Int {
        var limit = reversed.firstIndex { breakingTokens.contains($0) } ?? reversed.count
        for breaker in breakingSequences {
            var place = 0
            while place < limit, place + breaker.count <= reversed.count {
                var matched = 0
                while matched < breaker.count, reversed[place + matched] == breaker[breaker.count - 1 - matched] {
                    matched += 1
                }
                if matched == breaker.count {
                    limit = place
                    break
                }
                place += 1
            }
        }
        return limit
    }

    /// The Z function of `reversed`, in linear time (Gusfield 1997, "Algorithms on Strings, Trees and Sequences").
    private mutating func fillMatches() {
        let count = reversed.count
        matches.removeAll(keepingCapacity: true)
        matches.append(count)
        var left = 0
        var right = 0
        for place in 1..<count {
            var length = place < right ? min(right - place, matches[place - left]) : 0
            while place + length < count, reversed[length] == reversed[place + length] { length += 1 }
            matches.append(length)
            if place + length > right {
                left = place
                right = place + length
            }
        }
    }
}
