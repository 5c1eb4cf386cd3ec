import MartletCore

/// A request for vectors, read and checked.
struct EmbeddingsRequest: Sendable {
    /// How vectors are written.
    enum Format: String, Sendable, CaseIterable {
        /// Arrays of numbers.
        case float
        /// Numbers of 32 bits, the least significant byte first, as text.
        case base64
    }

    /// The texts, at least one.
    var inputs: [EmbeddingInput]
    /// The first values of each vector that are wanted.
    var dimensions: Int?
    /// How vectors are written.
    var format = Format.float
    /// The name of an instruction that the model keeps.
    var promptName: String?
    /// Whether vectors have length 1; nil leaves that to the model.
    var normalizes: Bool?
    /// The model, the end user, and time.
    var service: EncodingFields

    private static let dimensions = Field("dimensions", .integer(in: 1...1 << 20))
    private static let format = Field("encoding_format", .choice(Format.self))
    private static let promptName = Field("prompt_name", .text(1...128))
    private static let normalize = Field("normalize", .flag)

    /// Reads the body of `/v1/embeddings`.
    init(_ fields: RequestFields, limits: APILimits) throws(RequestFault) {
        try self.init(fields, texts: "input", limits: limits)
        format = try fields.value(Self.format) ?? .float
        try fields.finish()
    }

    /// Reads the body of `/embed`, which is Text Embeddings Inference's and brings vectors to length 1 unless told otherwise.
    init(inference fields: RequestFields, limits: APILimits) throws(RequestFault) {
        try self.init(fields, texts: "inputs", limits: limits)
        normalizes = try fields.value(Self.normalize) ?? true
        promptName = try fields.value(Self.promptName)
        if promptName != nil, fields.has("instruction") {
            let message = "'prompt_name' and 'instruction' both say what the texts are for; give one of them."
            throw RequestFault(.wrongValue, "prompt_name", message)
        }
        try fields.finish()
    }

    private init(_ fields: RequestFields, texts name: String, limits: APILimits) throws(RequestFault) {
        service = try EncodingFields(fields)
        let texts = try TextOrTokens.read(
            fields,
            name,
            upTo: limits.embeddingCount,
            text: .text(1...limits.encodedTextByteCount)
        )
        let instructions = try Self.instructions(fields, count: texts.count, limits: limits)
        inputs = texts.enumerated().map { index, text in
            switch text {
            case .text(let text): EmbeddingInput(.text(text), instruction: instructions?[index])
            case .tokens(let tokens): EmbeddingInput(.tokens(tokens), instruction: instructions?[index])
            }
        }
        dimensions = try fields.value(Self.dimensions)
    }

    /// What each text is for: one instruction for all, or as many as there are texts.
    private static func instructions(
        _ fields: RequestFields,
        count: Int,
        limits: APILimits
    ) throws(RequestFault) -> [String]? {
        guard let value = fields.raw("instruction") else { return nil }
        let text = ValueKind<String>.text(0...limits.instructionByteCount)
        guard case .array = value else {
            let expectation = "a string or an array of strings"
            guard case .string = value else {
                throw ValueKind<String>.wrongType(value, "instruction", expectation)
            }
            return Array(repeating: try text.read(value, "instruction"), count: count)
        }
        let instructions = try ValueKind.array(1...limits.embeddingCount, of: text).read(value, "instruction")
        guard instructions.count == count else {
            let message =
                "'instruction' must be one text for all inputs, or as many as the inputs, which are \(count), but has "
                + "\(instructions.count)."
            throw RequestFault(.wrongValue, "instruction", message)
        }
        return instructions
    }

    /// Checks what depends on the model, and puts a named instruction in its place.
    mutating func complete(for served: ServedEmbedder) throws(RequestFault) {
        if let promptName {
            guard let prompt = served.prompts[promptName] else {
                let names = served.prompts.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
                let remedy = names.isEmpty ? "It keeps none; send the text as 'instruction'." : "It has \(names)."
                throw RequestFault(
                    .wrongValue,
                    "prompt_name",
                    "'prompt_name' names no instruction that '\(served.id)' keeps. \(remedy)"
                )
            }
            for index in inputs.indices { inputs[index].instruction = prompt }
        }
        guard let dimensions, dimensions > served.information.width else { return }
        let message =
            "'dimensions' must be at most \(served.information.width), which the vectors of '\(served.id)' have, "
            + "but is \(dimensions)."
        throw RequestFault(.integerAbove, "dimensions", message)
    }

    /// The texts' bytes, a token counting four, instructions included.
    var byteCount: Int {
        inputs.reduce(0) { count, input in
            let size =
                switch input.content {
                case .text(let text): text.utf8.count
                case .tokens(let tokens): tokens.count * 4
                }
            return count + size + (input.instruction?.utf8.count ?? 0)
        }
    }

    /// What the model is asked.
    func request(deadline: ContinuousClock.Instant?, owner: String) -> EmbeddingRequest {
        EmbeddingRequest(
            inputs,
            dimensions: dimensions,
            cutsLongTexts: service.truncates,
            normalizes: normalizes,
            deadline: deadline,
            owner: owner
        )
    }
}
