import MartletCore

/// Reads `tokenizer.json`, the format of Hugging Face tokenizers.
///
/// Truncation and padding are left to whoever runs the model. Every other component is known here or an error that names it.
struct TokenizerFileReader {
    let bytes: [UInt8]
    let file: String
    let settings: TokenizerSettings
    /// Where the members of the whole lie, and those of the model.
    private let members: [String: Range<Int>]
    let model: [String: Range<Int>]

    init(_ bytes: [UInt8], file: String, _ settings: TokenizerSettings) throws(PromptError) {
        self.bytes = bytes
        self.file = file
        self.settings = settings
        (members, model) = try Self.read(bytes) { all throws(PromptError) in
            var cursor = JSONCursor(all, file: file)
            let members = try cursor.members()
            guard let range = members["model"], all[range.lowerBound] == UInt8(ascii: "{") else {
                throw .unreadable(file, "it has no model")
            }
            var model = JSONCursor(all, range, file: file)
            return (members, try model.members())
        }
    }

    /// Lends `bytes` to a body that throws one kind of error.
    static func read<Result>(
        _ bytes: [UInt8],
        _ body: (UnsafeRawBufferPointer) throws(PromptError) -> Result
    ) throws(PromptError) -> Result {
        try bytes.withUnsafeBufferPointer { all throws(PromptError) in try body(UnsafeRawBufferPointer(all)) }
    }

    /// A small part of the file as a value.
    func value(_ range: Range<Int>?) throws(PromptError) -> JSONValue? {
        guard let range else { return nil }
        do {
            let value = try JSONValue(parsing: bytes[range])
            return value == .null ? nil : value
        } catch {
            throw .unreadable(file, "from byte \(range.lowerBound) on it is \(error.description)")
        }
    }

    func value(_ name: String) throws(PromptError) -> JSONValue? { try value(members[name]) }

    /// An error about something not known here.
    func unknown(_ what: String) -> PromptError { .unsupportedComponent(file, what) }

    /// The kind that a component says it is.
    func kind(_ value: JSONValue, _ what: String) throws(PromptError) -> String {
        guard let kind = value["type"]?.string else { throw .unreadable(file, "the \(what) has no type") }
        return kind
    }

    /// The whole file.
    mutating func description(name: String) throws(PromptError) -> TokenizerDescription {
        let kind = try value(model["type"])?.string ?? impliedKind
        let steps = try splitSteps(value("pre_tokenizer"))
        var (vocabulary, holes) = try readVocabulary(kind, steps, name: name)
        let normalizers = try self.normalizers(value("normalizer"))
        var pipeline = PipelineDescription(
            normalizers: normalizers.map(\.normalizer),
            splitters: steps.flatMap(\.splitters),
            model: try readModel(kind, steps, &vocabulary),
            ownCount: vocabulary.tokens.count
        )
        for hole in holes { vocabulary.types[hole] = TokenKind.unused.rawValue }
        try addTokens(&vocabulary, &pipeline)
        try readParts(kind, &vocabulary, &pipeline)
        try checkDecoder(value("decoder"), vocabulary.model)
        pipeline.addsSpacePrefix = addsSpacePrefix(vocabulary.model, normalizers.map(\.normalizer), steps)
        var description = TokenizerDescription(vocabulary, pipeline: pipeline)
        try fit(&description, normalizers, steps)
        return description
    }

    /// The kind of a model that doesn't say it, as files of early versions.
    private var impliedKind: String {
        if model["merges"] != nil { return "BPE" }
        return model["max_input_chars_per_word"] != nil ? "WordPiece" : "Unigram"
    }

    /// The tokens that the file adds to the model's own.
    private func addTokens(
        _ vocabulary: inout VocabularyDescription,
        _ pipeline: inout PipelineDescription
    ) throws(PromptError) {
        guard let list = try value("added_tokens") else { return }
        guard let list = list.array else { throw .unreadable(file, "the added tokens are no list") }
        for value in list {
            guard let id = value["id"]?.integer.map({ Int(clamping: $0) }), let text = value["content"]?.string,
                0..<TokenizerFiles.greatestTokenCount ~= id, id < vocabulary.tokens.count * 2 + 4096
            else { throw .unreadable(file, "an added token has no id or no content") }
            let added = TokenizerSettings.added(id, text, value, isSpecial: value["special"]?.bool ?? false)
            while vocabulary.tokens.count <= id {
                vocabulary.tokens.append(vocabulary.tokens.count == id ? Array(text.utf8) : [])
                vocabulary.types.append(TokenKind.unused.rawValue)
                if !vocabulary.scores.isEmpty { vocabulary.scores.append(0) }
            }
            if vocabulary.tokens[id].isEmpty { vocabulary.tokens.set(Array(text.utf8), at: id) }
            guard vocabulary.tokens[id].elementsEqual(text.utf8) else {
                throw .unreadable(file, "the added token \(id) is another token of the vocabulary")
            }
            let token = Int32(truncatingIfNeeded: id)
            vocabulary.types[id] = (added.isSpecial ? TokenKind.control : .userDefined).rawValue
            if !added.rule.isEmpty { pipeline.rules[token] = added.rule }
            if added.isNormalized, !pipeline.normalizers.isEmpty { pipeline.normalizedTokens.insert(token) }
        }
    }

    /// The tokens with parts: those that the small files name, the model's unknown one, and those of the template.
    private func readParts(
        _ kind: String,
        _ vocabulary: inout VocabularyDescription,
        _ pipeline: inout PipelineDescription
    ) throws(PromptError) {
        let tokens = vocabulary.tokens
        func token(_ text: String?) -> TokenID? {
            guard let text else { return nil }
            return (0..<tokens.count).first { tokens[$0].elementsEqual(text.utf8) }
                .map { TokenID(Int32(truncatingIfNeeded: $0)) }
        }
        if kind == "Unigram" {
            let id = try value(model["unk_id"])?.integer
            vocabulary.unknown = id.map { TokenID(Int32(clamping: $0)) }
            guard vocabulary.unknown.map({ 0..<Int32(clamping: tokens.count) ~= $0.rawValue }) ?? true else {
                throw .unreadable(file, "its unknown token is not in the vocabulary")
            }
        } else if let text = try value(model["unk_token"])?.string {
            vocabulary.unknown = token(text)
            if vocabulary.unknown == nil { throw .unreadable(file, "its unknown token is not in the vocabulary") }
        }
        if let unknown = vocabulary.unknown, vocabulary.types[Int(unknown.rawValue)] == TokenKind.normal.rawValue {
            vocabulary.types[Int(unknown.rawValue)] = TokenKind.unknown.rawValue
        }
        if case .merges(let left, let right, var options) = pipeline.model {
            options.unknown = vocabulary.unknown?.rawValue
            pipeline.model = .merges(left: left, right: right, options)
        }
        let parts = settings.parts
        vocabulary.bos = token(parts["bos_token"])
        vocabulary.eos = token(parts["eos_token"])
        vocabulary.separator = token(parts["sep_token"])
        vocabulary.padding = token(parts["pad_token"])
        vocabulary.classification = token(parts["cls_token"])
        vocabulary.mask = token(parts["mask_token"])
        if vocabulary.unknown == nil { vocabulary.unknown = token(parts["unk_token"]) }
        if let template = try template(value("post_processor"), count: tokens.count) { pipeline.template = template }
    }

    /// Whether decoding takes a space off again that encoding puts first.
    private func addsSpacePrefix(_ model: String, _ normalizers: [Normalizer], _ steps: [SplitStep]) -> Bool {
        if model == "bert" { return true }
        let prepends = normalizers.contains { if case .prepend = $0 { true } else { false } }
        return prepends
            || steps.contains { if case .mark(_, let scheme) = $0 { scheme != .never } else { false } }
    }
}

extension TokenTable {
    /// Gives the text at `index` in place of an empty one.
    fileprivate mutating func set(_ text: [UInt8], at index: Int) {
        var bytes = self.bytes
        bytes.insert(contentsOf: text, at: offsets[index])
        replace(bytes: bytes, offsets: offsets.enumerated().map { $0 > index ? $1 + text.count : $1 })
    }
}
