internal import MartletWeights

/// Instructions that a file keeps by name, such as `query` and `document`.
struct EmbeddingPrompts: Sendable {
    /// The texts by their names.
    var texts: [String: String] = [:]
    /// The name of the one that a text gets when nobody gives an instruction.
    var defaultName: String?

    /// The text of the default.
    var defaultText: String? { defaultName.flatMap { texts[$0] } }

    /// Reads what `martlet convert` wrote of sentence-transformers' prompts.
    ///
    /// - Throws: `GGUFError` or ``EngineError`` for keys that contradict each other.
    init(_ metadata: GGUFMetadata) throws {
        guard let names = try metadata.strings("martlet.embedding.prompt_names") else { return }
        let values = try metadata.strings("martlet.embedding.prompts")
        guard let values, values.count == names.count else { throw Self.damaged }
        for index in 0..<names.count {
            guard let name = String(validating: names[index], as: UTF8.self),
                let text = String(validating: values[index], as: UTF8.self)
            else { throw Self.damaged }
            texts[name] = text
        }
        defaultName = try metadata.string("martlet.embedding.default_prompt")
        if let defaultName, texts[defaultName] == nil { throw Self.damaged }
    }

    private static var damaged: EngineError {
        EngineError(
            .unusableModel,
            "the file's prompts (martlet.embedding.prompts) don't belong together",
            remedy: "Convert the model again"
        )
    }
}
