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
    private var stemCount = 0

    /// What question and passage have in common.
    struct Match: Sendable {
        /// The share of the question's words that the passage has.
        var whole: Double
        /// The share that its heading has with two lines of it: words that stand together are more likely about one thing.
        var nearby: Double
        /// BM25 over stems.
        var relevance: Double
    }

    /// Takes in a passage's text.
    mutating func add(_ text: String) {
        passageCount += 1
        let stems = WordStems.stems(of: text)
        stemCount += stems.count
        for stem in Set(stems) { counts[stem, default: 0] += 1 }
    }

    /// How much a stem says: the logarithm of how few passages have it, as in BM25.
    func weight(of stem: String) -> Double {
        let count = Double(counts[stem] ?? 0)
        return log(1 + (Double(passageCount) - count + 0.5) / (count + 0.5))
    }

    /// How a passage matches a question's words, each with how much it counts.
    func match(_ question: [String: Double], _ passage: Passage) -> Match {
        let headingStems = WordStems.stems(of: passage.heading)
        let lineStems = passage.text.split(whereSeparator: \.isNewline).map { WordStems.stems(of: String($0)) }
        let heading = Set(headingStems)
        let lines = lineStems.map { Set($0) }
        let nearby = lines.indices.map { index in
            let next = index + 1 < lines.endIndex ? lines[index + 1] : []
            return coverage(of: question, by: heading.union(lines[index]).union(next))
        }
        return Match(
            whole: coverage(of: question, by: lines.reduce(heading) { $0.union($1) }),
            nearby: nearby.max() ?? 0,
            relevance: relevance(of: question, in: headingStems + lineStems.joined())
        )
    }

    /// BM25 with its usual constants.
    ///
    /// - SeeAlso: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond".
    private func relevance(of question: [String: Double], in stems: [String]) -> Double {
        guard passageCount > 0 else { return 0 }
        let (saturation, lengthShare) = (1.2, 0.75)
        let averageCount = max(1, Double(stemCount) / Double(passageCount))
        let length = 1 - lengthShare + lengthShare * Double(stems.count) / averageCount
        let found = stems.reduce(into: [:] as [String: Double]) { found, stem in
            if question[stem] != nil { found[stem, default: 0] += 1 }
        }
        return found.reduce(0) { sum, entry in
            let weight = weight(of: entry.key) * (question[entry.key] ?? 0)
            return sum + weight * entry.value * (saturation + 1) / (entry.value + saturation * length)
        }
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
