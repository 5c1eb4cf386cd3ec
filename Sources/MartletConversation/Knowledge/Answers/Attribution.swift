import MartletCore

/// Finds out which passages an answer rests on.
enum Attribution {
    /// The share of an answer's words, by weight, that passages have to have for it to come from them.
    private static let enough = 0.5
    /// The share that a further passage has to add.
    private static let addition = 0.15
    private static let maximumCount = 3

    /// The sources of an answer: those that it names; else those whose words it says; else the passage that fits the question best.
    static func sources(
        of answer: String,
        citing marks: [Int: [Range<Int>]],
        among finding: Retriever.Finding,
        _ retriever: Retriever
    ) async -> [AnswerSource] {
        let matches = finding.matches
        if !marks.isEmpty {
            return marks.keys.sorted().filter { matches.indices.contains($0 - 1) }.map { number in
                source(matches[number - 1].passage, number, .named, marks[number] ?? [])
            }
        }
        let chosen = await matched(answer, matches, retriever)
        if !chosen.isEmpty { return chosen.map { source(matches[$0].passage, $0 + 1, .matched, []) } }
        return matches.first.map { [source($0.passage, 1, .related, [])] } ?? []
    }

    /// A passage as a source.
    static func source(
        _ passage: Passage,
        _ number: Int,
        _ standing: AnswerSource.Standing,
        _ marks: [Range<Int>]
    ) -> AnswerSource {
        AnswerSource(
            number: number,
            title: passage.title,
            location: passage.location,
            headings: passage.headings,
            place: passage.place,
            standing: standing,
            marks: marks
        )
    }

    /// The passages that together have most of the answer's words, the most telling first.
    private static func matched(_ answer: String, _ matches: [Retriever.Match], _ retriever: Retriever) async -> [Int] {
        let stems = Set(WordStems.stems(of: answer))
        guard stems.count >= 3 else { return [] }
        let weights = await retriever.weights(of: stems)
        let total = weights.values.reduce(0, +)
        guard total > 0 else { return [] }
        var texts = matches.map { Set(WordStems.stems(of: $0.passage.searchText)) }
        var open = stems
        var chosen: [Int] = []
        var covered = 0.0
        while chosen.count < maximumCount {
            let gains = texts.map { text in open.intersection(text).reduce(0) { $0 + (weights[$1] ?? 0) } / total }
            guard let best = gains.indices.max(by: { gains[$0] < gains[$1] }), gains[best] >= addition else { break }
            chosen.append(best)
            covered += gains[best]
            open.subtract(texts[best])
            texts[best] = []
        }
        return covered >= enough ? chosen.sorted() : []
    }
}
