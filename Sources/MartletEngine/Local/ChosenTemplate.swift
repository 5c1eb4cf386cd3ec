public import MartletPrompt
internal import MartletWeights

/// A model's chat template, and where it came from.
public struct ChosenTemplate: Sendable {
    /// The template.
    public var template: ChatTemplate
    /// Where it came from, such as `file` or `built-in chatml`.
    public var origin: String
    /// Which of the well-known ones it is, when it is one of them.
    public var builtIn: ChatTemplate.BuiltIn?

    /// Chooses by the options, then the file, then the model's family.
    ///
    /// - Throws: ``EngineError/Code/unusableModel`` when the chosen one isn't valid, or when nothing tells how the
    ///   model wants to be talked to.
    init(_ choice: LocalModelOptions.TemplateChoice, file: GGUFFile, tokenizer: Tokenizer) throws(EngineError) {
        switch choice {
        case .source(let source): try self.init(source: source)
        case .builtIn(let builtIn): try self.init(builtIn)
        case .automatic:
            if let source = try? file.metadata.string("tokenizer.chat_template") {
                try self.init(source: source, origin: "file")
            } else if let builtIn = Self.family(of: file, tokenizer) {
                try self.init(builtIn)
            } else {
                throw EngineError(
                    .unusableModel,
                    "the model file has no chat template, and its family is not known to have one",
                    remedy: "Give one with --chat-template, or use --raw to continue text"
                )
            }
        }
    }

    /// Takes a template as it stands.
    ///
    /// - Throws: ``EngineError/Code/unusableModel`` when it isn't valid.
    public init(source: String, origin: String = "given") throws(EngineError) {
        do {
            template = try ChatTemplate(source)
        } catch {
            throw EngineError(
                .unusableModel,
                "the chat template (\(origin)) can't be used",
                remedy: "",
                underlying: error
            )
        }
        self.origin = origin
    }

    private init(_ builtIn: ChatTemplate.BuiltIn) throws(EngineError) {
        try self.init(source: builtIn.source, origin: "built-in \(builtIn.rawValue)")
        self.builtIn = builtIn
    }

    /// The template of the family, by the control tokens that it needs, then by the model's name.
    private static func family(of file: GGUFFile, _ tokenizer: Tokenizer) -> ChatTemplate.BuiltIn? {
        let architecture = (try? file.metadata.string("general.architecture")) ?? ""
        let name = ((try? file.metadata.string("general.name")) ?? "").lowercased()
        func has(_ text: String) -> Bool { tokenizer.addedToken(text) != nil }
        if has("@@ПЕРВЫЙ@@"), has("@@ВТОРОЙ@@") { return .ruDialoGPT }
        if architecture.hasPrefix("gemma"), has("<start_of_turn>") { return .gemma }
        if architecture == "phi3", has("<|assistant|>") { return .phi3 }
        if has("<|start_header_id|>") { return .llama3 }
        if has("<|im_start|>") { return .chatML }
        if name.contains("dialogpt") { return .dialoGPT }
        if name.contains("zephyr") || name.contains("tinyllama") && name.contains("chat") { return .zephyr }
        if name.contains("mistral") || name.contains("mixtral"), name.contains("instruct") { return .mistral }
        if name.contains("llama-2") || name.contains("llama 2"), name.contains("chat") { return .llama2 }
        return nil
    }
}
