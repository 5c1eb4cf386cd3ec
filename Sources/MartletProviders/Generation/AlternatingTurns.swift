import MartletCore

/// A conversation for interfaces that want instructions apart and the two sides in turns.
struct AlternatingTurns: Sendable, Hashable {
    /// A part of a turn.
    enum Part: Sendable, Hashable {
        case text(String)
        case call(ToolCall)
        /// What a tool returned for the call of an id.
        case result(id: String, text: String)
    }

    /// What one side says until the other one does.
    struct Turn: Sendable, Hashable {
        var isAssistant: Bool
        var parts: [Part]
    }

    /// All system messages, a blank line between them.
    var system: String
    /// The turns, the user's first.
    var turns: [Turn]

    /// Puts a conversation into turns: messages of one side become one turn, results of tools are the user's, empty texts
    /// are left out because these interfaces refuse them, and a conversation that the model begins gets "…" before it.
    init(_ messages: [ChatMessage]) {
        system = messages.filter { $0.role == .system }.map(\.content).filter { !$0.isEmpty }.joined(separator: "\n\n")
        turns = []
        for message in messages where message.role != .system {
            var parts: [Part] = []
            if message.role == .tool {
                parts.append(.result(id: message.toolCallID ?? "", text: message.content))
            } else if message.content.contains(where: { !$0.isWhitespace }) {
                parts.append(.text(message.content))
            }
            parts += message.toolCalls.map { .call($0) }
            guard !parts.isEmpty else { continue }
            let isAssistant = message.role == .assistant
            if turns.last?.isAssistant == isAssistant {
                turns[turns.count - 1].parts += parts
            } else {
                turns.append(Turn(isAssistant: isAssistant, parts: parts))
            }
        }
        if turns.first?.isAssistant == true { turns.insert(Turn(isAssistant: false, parts: [.text("…")]), at: 0) }
        trimEnd()
    }

    /// An answer that the model is to go on with must not end with white space.
    private mutating func trimEnd() {
        guard let last = turns.last, last.isAssistant, case .text(let text) = last.parts.last,
            let end = text.lastIndex(where: { !$0.isWhitespace })
        else { return }
        turns[turns.count - 1].parts[last.parts.count - 1] = .text(String(text[...end]))
    }
}

extension ToolCall {
    /// The arguments as an object; text that is none is handed over as the member `arguments`.
    var argumentObject: JSONValue {
        guard let value = try? JSONValue(parsing: arguments.utf8), value.object != nil else {
            return arguments.isEmpty ? [:] : ["arguments": .string(arguments)]
        }
        return value
    }
}

extension GenerationRequest {
    /// The tool through which an answer in JSON is asked for, where an interface has no other way.
    static let answerToolName = "answer"

    /// The schema of the answer, which such an interface gets as a tool that must be called.
    /// - Throws: ``ProviderError`` for grammars, and where the request has tools of its own.
    func answerSchema(provider: String) throws(ProviderError) -> JSONValue? {
        let schema: JSONValue
        switch constraint {
        case nil: return nil
        case .jsonObject: schema = ["type": "object"]
        case .jsonSchema(let given): schema = given
        case .grammar: throw .unsupported("a grammar", provider: provider, parameter: "grammar")
        }
        guard tools.isEmpty else {
            throw .unsupported("tools and a JSON Schema at once", provider: provider, parameter: "response_format")
        }
        return schema
    }

    /// Refuses what only local models and OpenAI's interface know.
    func checkPlainSampling(provider: String) throws(ProviderError) {
        if !sampling.logitBias.isEmpty { throw .unsupported("logit bias", provider: provider, parameter: "logit_bias") }
        if sampling.beams != nil { throw .unsupported("beam search", provider: provider, parameter: "beams") }
        if sampling.noRepeatNGramSize > 0 {
            throw .unsupported("a ban on repeated sequences", provider: provider, parameter: "no_repeat_ngram")
        }
        if alternativeCount != nil || scoresPrompt {
            throw .unsupported("scores of tokens", provider: provider, parameter: "logprobs")
        }
    }
}
