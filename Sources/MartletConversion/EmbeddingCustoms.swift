import MartletCore
import MartletWeights

/// How texts are given to an embedding model, as its folder says: instructions, prompts by name, the greatest length.
struct EmbeddingCustoms {
    /// Whether the mean leaves instructions out, and which file says so; nil where nothing does.
    private var excludesInstruction: (value: Bool, source: String)?
    private var prompts: [(name: String, text: String)] = []
    private var defaultPrompt: String?
    private var maximumLength: Int?

    private static let greatestPromptCount = 256

    /// Reads what there is; a folder without such files has no customs.
    ///
    /// - Parameter override: Whether a person says that the mean leaves instructions out.
    /// - Throws: ``ConversionError`` for a file that is broken.
    init(_ folder: ModelFolder, _ modules: EmbeddingModules, excludesInstruction override: Bool?)
        throws(ConversionError)
    {
        if let override {
            excludesInstruction = (override, "asked for")
        } else if let said = modules.excludesInstruction {
            excludesInstruction = said
        } else if let source = Self.instructorName(folder) {
            excludesInstruction = (true, source)
        }
        if let value = try folder.json("sentence_bert_config.json") {
            let configuration = FolderConfiguration(value, file: "sentence_bert_config.json")
            maximumLength = try configuration.integer("max_seq_length", in: 1...(1 << 26))
            // BERT's own tokenizer says itself what becomes of capitals.
            if configuration.flag("do_lower_case") == true, folder.configuration.word("model_type") != "bert" {
                throw ConversionError(
                    "texts are to become small letters before the tokenizer sees them, which GGUF files can't say",
                    remedy: "Choose a model whose tokenizer does so itself",
                    file: configuration.file
                )
            }
        }
        if let value = try folder.json("config_sentence_transformers.json") {
            try readPrompts(FolderConfiguration(value, file: "config_sentence_transformers.json"))
        }
    }

    /// Instructor models say of their instructions nothing but their name, by which sentence-transformers knows them too.
    private static func instructorName(_ folder: ModelFolder) -> String? {
        guard folder.configuration.word("model_type") == "t5" else { return nil }
        if folder.name.lowercased().contains("instructor") { return "the folder's name" }
        let original = folder.configuration.word("_name_or_path") ?? ""
        return original.lowercased().contains("instructor") ? "_name_or_path in config.json" : nil
    }

    private mutating func readPrompts(_ configuration: FolderConfiguration) throws(ConversionError) {
        guard let entries = configuration["prompts"]?.object else { return }
        guard entries.count <= Self.greatestPromptCount else {
            throw .damaged(configuration.file, "it has \(entries.count) prompts")
        }
        for (name, value) in entries {
            guard let text = value.string else { throw .damaged(configuration.file, "a prompt is no text") }
            prompts.append((name, text))
        }
        prompts.sort { $0.name < $1.name }
        guard let name = configuration.word("default_prompt_name") else { return }
        guard prompts.contains(where: { $0.name == name }) else {
            throw .damaged(configuration.file, "the prompt \(shown(name)), named as the default, is missing")
        }
        defaultPrompt = name
    }

    /// Writes the customs into a plan.
    func describe(_ plan: inout ModelPlan) {
        if let excludesInstruction {
            let word = excludesInstruction.value ? "excluded" : "included"
            plan.setWhole("martlet.embedding.instruction", .string(word))
        }
        if let maximumLength {
            plan.setWhole("martlet.embedding.maximum_length", .uint32(UInt32(maximumLength)))
        }
        guard !prompts.isEmpty else { return }
        func texts(_ values: [String]) -> GGUFValue {
            .array(GGUFArray(of: .string, values.map { .string($0) }))
        }
        plan.setWhole("martlet.embedding.prompt_names", texts(prompts.map(\.name)))
        plan.setWhole("martlet.embedding.prompts", texts(prompts.map(\.text)))
        if let defaultPrompt {
            plan.setWhole("martlet.embedding.default_prompt", .string(defaultPrompt))
        }
    }

    /// A line for each custom, with where it is written.
    var sources: [String] {
        var lines: [String] = []
        if let excludesInstruction {
            let word = excludesInstruction.value ? "left out of the mean" : "part of the text"
            lines.append("instructions: \(word) (\(excludesInstruction.source))")
        }
        if let maximumLength { lines.append("texts: at most \(maximumLength) tokens (sentence_bert_config.json)") }
        if !prompts.isEmpty {
            let names = prompts.map { shown($0.name) }.joined(separator: ", ")
            lines.append("prompts: \(names) (config_sentence_transformers.json)")
        }
        return lines
    }
}
