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

    /// The share of a question's words that a passage has as a whole, and that its heading has with two lines of it.
    ///
    /// Long passages have many words; words that stand together are more likely about one thing.
    func coverage(of question: [String: Double], by passage: Passage) -> (whole: Double, nearby: Double) {
        let heading = Set(WordStems.stems(of: passage.heading))
        let lines = passage.text.split(whereSeparator: \.isNewline).map { Set(WordStems.stems(of: String($0))) }
        let whole = coverage(of: question, by: lines.reduce(heading) { $0.union($1) })
        let nearby = lines.indices.map { index in
            let next = index + 1 < lines.endIndex ? lines[index + 1] : []
            return coverage(of: question, by: heading.union(lines[index]).union(next))
        }
        return (whole, nearby.max() ?? 0)
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
