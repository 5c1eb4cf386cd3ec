public import MartletCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Finds the passages that a question is about, and tells whether there are any.
///
/// Words and vectors find candidates together where there is an embedding model, words alone otherwise; a reranker, where there is
/// one, has the last word on their order and their fit.
public actor Retriever {
    /// What was found.
    public struct Finding: Sendable, Hashable {
        /// The passages, best first.
        public var matches: [Match]
        /// Whether the best of them fit the question.
        public var fits: Bool
        /// How well they do, as ``FitRule`` reckons.
        public var evidence: Double
        /// What ``evidence`` is compared with.
        public var threshold: Double
    }

    /// A passage and why it was chosen.
    public struct Match: Sendable, Hashable {
        /// The passage.
        public var passage: Passage
        /// What the order is by, greater is better.
        public var score: Double
        /// The share of the question's words that it has, rare ones counting more.
        public var coverage: Double
        /// The cosine of its vector and the question's; nil without an embedding model.
        public var similarity: Double?
        /// The reranker's probability that it answers; nil without one.
        public var probability: Double?
    }

    /// The collection.
    public nonisolated let collection: KnowledgeCollection
    /// The embedding model that questions are given to; nil where words alone decide.
    public nonisolated var embedderInformation: EmbedderInformation? { embedder?.information }
    private let store: any VectorStore
    private let embedder: (any Embedder)?
    private let reranker: (any Reranker)?
    private let rule: FitRule
    private var measure: Measure?

    /// What is known about the whole collection.
    private struct Measure {
        var recordCount: Int
        var lexicon: Lexicon
        /// The similarity that questions about anything else have to their best passage; nil without an embedding model.
        var noise: Double?
    }

    /// Passages that are looked at before the best are chosen.
    private static let candidateCount = 24
    /// How much words that stand together count beside a cosine.
    private static let wordShare = 0.35
    /// Passages by which words are told to be rare or common.
    private static let sampleCount = 4000

    /// Opens a collection.
    /// - Throws: ``KnowledgeError`` where there is none, or it was made with another model.
    public init(
        _ name: String = KnowledgeCollection.standardName,
        in store: any VectorStore,
        embedder: (any Embedder)? = nil,
        reranker: (any Reranker)? = nil,
        rule: FitRule = FitRule()
    ) async throws {
        guard let collection = try await KnowledgeCollection.find(name, in: store) else {
            throw KnowledgeError(
                .missing,
                "There are no documents in the collection '\(name)'. Put some in: martlet index PATH…"
            )
        }
        try await collection.check(embedder)
        self.collection = collection
        self.store = store
        self.embedder = embedder
        self.reranker = reranker
        self.rule = rule
    }

    /// The passages for a question.
    /// - Parameters:
    ///   - previous: What was asked before, for questions such as "and on Windows?".
    ///   - count: The most passages.
    public func passages(for question: String, after previous: String? = nil, count: Int = 5) async throws -> Finding {
        try await passages(for: KnowledgeQuestion(question, previous: previous), count: count)
    }

    func passages(for question: KnowledgeQuestion, count: Int) async throws -> Finding {
        let measure = try await currentMeasure()
        let vector = try await vector(of: question.text)
        let query = VectorQuery(
            vector: vector,
            words: question.text,
            count: Self.candidateCount,
            fields: vector == nil ? [.text, .metadata] : .all
        )
        let found = try await store.matches(query, in: collection.name)
        let compared = found.map { match in
            let passage = Passage(match.record)
            return (
                passage: passage, vector: match.record.vector,
                words: measure.lexicon.match(question.stems, passage)
            )
        }
        let best = compared.map { $0.words.relevance }.max() ?? 0
        var matches = compared.map { passage, own, words in
            let similarity = vector.map { Similarity.cosine($0, own) }
            return Match(
                passage: passage,
                score: similarity.map { $0 + Self.wordShare * words.nearby }
                    ?? (best > 0 ? words.relevance / best : 0) + words.nearby,
                coverage: words.whole,
                similarity: similarity
            )
        }
        matches.sort { $0.score > $1.score }
        try await rerank(&matches, question.text)
        let kept = Array(matches.prefix(count))
        let evidence = kept.map { rule.evidence(of: $0, noise: measure.noise) }.max() ?? 0
        let threshold = rule.threshold(isEmbedding: vector != nil)
        return Finding(matches: kept, fits: evidence >= threshold, evidence: evidence, threshold: threshold)
    }

    /// How much words say in this collection.
    func weights(of stems: Set<String>) -> [String: Double] {
        let lexicon = measure?.lexicon ?? Lexicon()
        return Dictionary(uniqueKeysWithValues: stems.map { ($0, lexicon.weight(of: $0)) })
    }

    private func rerank(_ matches: inout [Match], _ question: String) async throws {
        guard let reranker, !matches.isEmpty else { return }
        let request = RankRequest(query: question, texts: matches.map(\.passage.searchText), cutsLongTexts: true)
        let answer = try await reranker.rank(request)
        for (index, score) in answer.scores.enumerated().prefix(matches.count) {
            let probability = 1 / (1 + exp(-Double(score)))
            matches[index].probability = probability
            matches[index].score = probability
        }
        matches.sort { $0.score > $1.score }
    }

    private func vector(of question: String) async throws -> [Float]? {
        try await vectors(of: [question])?.first
    }

    private func vectors(of questions: [String]) async throws -> [[Float]]? {
        guard let embedder else { return nil }
        let inputs = questions.map { EmbeddingInput($0, instruction: collection.roles.question) }
        return try await embedder.embed(EmbeddingRequest(inputs, cutsLongTexts: true)).vectors
    }

    /// What is known about the collection, found out anew when it has grown or shrunk.
    private func currentMeasure() async throws -> Measure {
        let count = try await store.count(.everything, in: collection.name)
        if let measure, measure.recordCount == count { return measure }
        var lexicon = Lexicon()
        let sample = VectorSelection(limit: Self.sampleCount)
        for record in try await store.records(sample, in: collection.name, fields: .text) {
            lexicon.add(record.text ?? "")
        }
        let made = Measure(recordCount: count, lexicon: lexicon, noise: try await noise())
        measure = made
        return made
    }

    /// How near questions about anything come to their best passage: the median of some that hardly any documents answer.
    ///
    /// Models differ in that by far more than they do in how much nearer a fitting question comes.
    private func noise() async throws -> Double? {
        guard let vectors = try await vectors(of: FitRule.strangeQuestions) else { return nil }
        var nearest: [Double] = []
        for vector in vectors {
            let query = VectorQuery(vector: vector, count: 1, fields: .vector)
            guard let match = try await store.matches(query, in: collection.name).first else { continue }
            nearest.append(Similarity.cosine(vector, match.record.vector))
        }
        nearest.sort()
        return nearest.isEmpty ? 0 : nearest[nearest.count / 2]
    }
}
