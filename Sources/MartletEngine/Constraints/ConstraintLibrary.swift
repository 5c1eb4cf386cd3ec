public import MartletCore
public import MartletPrompt
internal import Synchronization

/// A model's forms: its vocabulary as a trie, and the grammars that were asked for last.
///
/// The trie is built for the first request with a form, on the caller's thread, never on the engine's; so are grammars,
/// each once as long as it is kept. Requests may come from several threads.
public final class ConstraintLibrary: Sendable {
    /// What comes before the form in an answer.
    public struct Opening: Sendable, Hashable {
        /// Tags of thinking, which isn't held to the form.
        public var thinkingTags: [ThinkingFilter.Tags] = []
        /// Whether the prompt ended with an opening tag.
        public var startsThinking = false
        /// Whether a space before the first word is none of the answer's text.
        public var dropsSpacePrefix = false

        /// Makes an opening in which nothing comes before the form.
        public init() {}
    }

    private struct Key: Hashable {
        var kind: String
        var text: String
        var opening: Opening
    }

    private struct Entry {
        var grammar: PreparedGrammar
        var lastUse: Int
    }

    private struct State {
        var vocabulary: GrammarVocabulary?
        var entries: [Key: Entry] = [:]
        var clock = 0
    }

    private let tokenizer: Tokenizer
    private let renderedControlTokens: Set<TokenID>
    private let vocabularyCount: Int
    private let state = Mutex(State())

    /// Grammars that are kept; a few megabytes each at most.
    private static let capacity = 16
    /// Bytes of a form's text at most.
    private static let byteLimit = 1 << 20

    /// Makes the library of one model.
    ///
    /// - Parameters:
    ///   - renderedControlTokens: Control tokens that stand for their text all the same, such as thinking tags.
    ///   - vocabularyCount: V, the number of the model's scores, of which there may be more than tokens.
    public init(_ tokenizer: Tokenizer, rendering renderedControlTokens: Set<TokenID> = [], vocabularyCount: Int) {
        self.tokenizer = tokenizer
        self.renderedControlTokens = renderedControlTokens
        self.vocabularyCount = vocabularyCount
    }

    /// What holds an answer to a form from its beginning on.
    ///
    /// - Throws: A `GrammarError` with the place in the form and the remedy.
    public func constraint(_ form: OutputConstraint, after opening: Opening) throws(GrammarError) -> any TokenConstraint
    {
        switch form {
        case .jsonObject:
            try constraint(kind: "json", text: "", after: opening) { () throws(GrammarError) in .jsonObject }
        case .jsonSchema(let schema):
            // As text, since schemas are equal whatever their members' order, and grammars are not.
            try constraint(kind: "schema", text: schema.text, after: opening) { () throws(GrammarError) in
                try .jsonSchema(schema)
            }
        case .grammar(let text):
            try constraint(kind: "gbnf", text: text, after: opening) { () throws(GrammarError) in try .gbnf(text) }
        }
    }

    /// What holds an answer to a form that the caller puts together.
    ///
    /// - Parameters:
    ///   - kind: What sort of form it is.
    ///   - text: What tells it from all others of its kind.
    ///   - make: Makes it where it isn't kept; equal kinds and texts stand for equal forms.
    /// - Throws: What `make` throws, or a `GrammarError` of the form.
    public func constraint(
        kind: String,
        text: String,
        after opening: Opening,
        _ make: () throws(GrammarError) -> GrammarSource
    ) throws(GrammarError) -> any TokenConstraint {
        guard text.utf8.count <= Self.byteLimit else {
            throw GrammarError(
                .limit,
                at: kind == "gbnf" ? .text(line: 1, column: 1) : .schema(pointer: ""),
                "the form has \(text.utf8.count) bytes, more than \(Self.byteLimit)",
                remedy: "Make it smaller"
            )
        }
        let key = Key(kind: kind, text: text, opening: opening)
        if let known = find(key) { return GrammarConstraint(known) }
        do throws(GrammarError) {
            var source = try make()
            source = source.afterThinking(opening.thinkingTags, startsInside: opening.startsThinking)
            if opening.dropsSpacePrefix { source = source.afterOptionalSpace }
            let grammar = try PreparedGrammar(source, vocabulary())
            guard !grammar.isTooAmbiguous else {
                throw GrammarError(
                    .limit,
                    "the form begins with too many alternatives",
                    remedy: "Use fewer optional properties or alternatives side by side"
                )
            }
            insert(grammar, key)
            return GrammarConstraint(grammar)
        } catch {
            var error = error
            if error.parameter == nil { error.parameter = kind == "gbnf" ? "grammar" : "response_format" }
            throw error
        }
    }

    private func vocabulary() -> GrammarVocabulary {
        state.withLock { state in
            if let known = state.vocabulary { return known }
            let built = GrammarVocabulary(tokenizer, rendering: renderedControlTokens, tokenCount: vocabularyCount)
            state.vocabulary = built
            return built
        }
    }

    private func find(_ key: Key) -> PreparedGrammar? {
        state.withLock { state in
            guard let index = state.entries.index(forKey: key) else { return nil }
            state.clock += 1
            state.entries.values[index].lastUse = state.clock
            return state.entries.values[index].grammar
        }
    }

    private func insert(_ grammar: PreparedGrammar, _ key: Key) {
        state.withLock { state in
            if state.entries.count >= Self.capacity,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.entries[oldest.key] = nil
            }
            state.clock += 1
            state.entries[key] = Entry(grammar: grammar, lastUse: state.clock)
        }
    }
}
