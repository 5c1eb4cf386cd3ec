#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How rare words are in a collection, so that a match of a rare word says more than one of a common word.
struct Lexicon: Sendable {
    private var counts: [String: Int] = [:]
    private var passageCount = 0

    /// Takes in a passage's text.
    mutating func add(_ text: String) {
        passageCount += 1
        for stem in Set(WordStems.stems(of: text)) { counts[stem, default: 0] += 1 }
    }

    /// How much a stem says: the logarithm of how few passages have it, as in BM25.
    func weight(of stem: String) -> Double {
        let count = Double(counts[stem] ?? 0)
        return log(1 + (Double(passageCount) - count + 0.5) / (count + 0.5))
    }

    /// The share of a question's words, by their weight, that a text has; 0 for a question without words.
    func coverage(of question: [String: Double], by text: Set<String>) -> Double {
        var total = 0.0
        var found = 0.0
        for (stem, share) in question {
            let weight = weight(of: stem) * share
            total += weight
            if text.contains(stem) { found += weight }
        }
        return total > 0 ? found / total : 0
    }
}
