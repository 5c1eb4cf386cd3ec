import MartletCore
import MartletPrompt
import MartletWeights

/// Turns a model's folder, as Hugging Face keeps it, into one GGUF file.
///
/// Nothing in the folder is executed or trusted: pickles are read by a machine that only puts tensors together.
public struct ModelConverter {
    /// How numbers are written; smaller formats are made of such a file by a ``MartletWeights/Quantizer``.
    public enum Precision: String, Sendable, CaseIterable {
        case f32, f16, bf16
    }

    /// How far a conversion is.
    public struct Progress: Sendable, Hashable {
        /// The tensor at hand.
        public let tensor: String
        /// Bytes of tensors that are written.
        public let completedByteCount: Int
        /// Bytes of tensors in all.
        public let totalByteCount: Int
    }

    /// What a conversion came to.
    public struct Summary: Sendable, Hashable, Codable {
        /// GGUF's name of the family.
        public let architecture: String
        /// Tensors written.
        public let tensorCount: Int
        /// Numbers written.
        public let parameterCount: Int
        /// Where the parts of an embedding's head come from.
        public let sources: [String]
    }

    private let folder: ModelFolder
    private let plan: ModelPlan
    private let vocabulary: VocabularyDescription
    private let template: String?
    private let sources: [String]

    /// Reads a folder and plans its file; no weights are read yet.
    ///
    /// - Parameters:
    ///   - pooling: GGUF's number of a pooling that a person asked for, in the place of the folder's.
    ///   - excludesInstruction: Whether a person says that the mean leaves instructions out, as Instructor models do; nil
    ///     takes what the folder says.
    /// - Throws: ``ConversionError``, or ``MartletPrompt/PromptError`` for a tokenizer that GGUF can't hold.
    public init(folder: ModelFolder, pooling: Int? = nil, excludesInstruction: Bool? = nil) throws {
        let family = try ModelFamily(folder.configuration)
        let checkpoint = try Checkpoint(folder: folder.path)
        var plan = try family.plan(folder, checkpoint)
        var sources: [String] = []
        if try folder.json("modules.json") != nil || family.isEncoder || pooling != nil {
            let modules = try EmbeddingModules(folder, needsPooling: pooling == nil)
            try modules.describe(&plan, pooling: pooling)
            guard plan.namesPooling || !family.isEncoder else { throw ConversionError.unnamedPooling }
            if pooling != nil {
                sources.append("pooling: asked for")
            } else if let source = modules.pooling {
                sources.append("pooling: \(source.source)")
            }
            for dense in modules.denses {
                sources.append("dense: \(dense.weight.shape[1]) to \(dense.weight.shape[0])")
            }
            if let normalizes = modules.normalizes { sources.append("unit length: \(normalizes ? "yes" : "no")") }
            let customs = try EmbeddingCustoms(folder, modules, excludesInstruction: excludesInstruction)
            customs.describe(&plan)
            sources += customs.sources
        }
        let description = try TokenizerDescription(try folder.tokenizerFiles(), name: folder.name)
        self.folder = folder
        self.plan = plan
        vocabulary = try description.ggufVocabulary()
        template = try folder.chatTemplate()
        self.sources = sources
    }

    /// Writes the file, which appears under `path` only when it is complete.
    ///
    /// - Parameter progress: Called now and then; throwing from it ends the conversion and leaves no file.
    /// - Throws: ``ConversionError`` and `GGUFError`; whatever `progress` throws.
    public func write(
        to path: String,
        precision: Precision,
        replacingExisting: Bool = false,
        progress: @escaping (Progress) throws -> Void = { _ in }
    ) throws -> Summary {
        var writer = GGUFWriter()
        writer.metadata["general.architecture"] = .string(plan.architecture)
        writer.metadata["general.name"] = .string(folder.name)
        writer.metadata["general.file_type"] = .uint32(precision == .f32 ? 0 : precision == .f16 ? 1 : 32)
        for (key, value) in plan.metadata { writer.metadata[key] = value }
        guard let embedding = plan.tensors.first(where: { $0.name == "token_embd.weight" }) else {
            preconditionFailure("every family has token embeddings")
        }
        for (key, value) in try vocabulary.metadata(tokenCount: embedding.rows) { writer.metadata[key] = value }
        if let template { writer.metadata["tokenizer.chat_template"] = .string(template) }
        let parameterCount = plan.tensors.reduce(0) { $0 + $1.rows * $1.columns }
        let total = plan.tensors.reduce(0) { sum, tensor in
            sum + (tensor.format(precision).byteCount(of: tensor.rows * tensor.columns) ?? 0)
        }
        let counter = ProgressCounter()
        for tensor in plan.tensors {
            let format = tensor.format(precision)
            let shape = tensor.isVector ? [tensor.columns] : [tensor.columns, tensor.rows]
            try writer.add(tensor.name, shape: shape, format: format) { emit in
                try tensor.write(as: format) { bytes in
                    try emit(bytes)
                    counter.completed += bytes.count
                    try progress(
                        Progress(
                            tensor: tensor.name,
                            completedByteCount: counter.completed,
                            totalByteCount: total
                        )
                    )
                }
            }
        }
        try writer.write(to: path, replacingExisting: replacingExisting)
        return Summary(
            architecture: plan.architecture,
            tensorCount: plan.tensors.count,
            parameterCount: parameterCount,
            sources: sources
        )
    }
}

/// How many bytes are written, counted from the closures of all tensors.
private final class ProgressCounter {
    var completed = 0
}

extension ModelFolder {
    /// The template that makes a prompt of messages, where the folder has one.
    func chatTemplate() throws(ConversionError) -> String? {
        if let text = try text("chat_template.jinja") { return text }
        guard let value = try json("tokenizer_config.json")?["chat_template"] else { return nil }
        if let text = value.string { return text }
        let named = value.array ?? []
        return (named.first { $0["name"]?.string == "default" } ?? named.first)?["template"]?.string
    }
}

extension PlannedTensor {
    /// What the tensor is written as: lists of numbers and small tables stay exact.
    func format(_ precision: ModelConverter.Precision) -> TensorFormat {
        if isVector || name.contains("rel_b") || name == "token_types.weight" || name == "position_embd.weight" {
            return .f32
        }
        return switch precision {
        case .f32: .f32
        case .f16: .f16
        case .bf16: .bf16
        }
    }

    /// Hands over the tensor's bytes, some rows at a time.
    func write(as format: TensorFormat, _ emit: (UnsafeRawBufferPointer) throws -> Void) throws {
        var row = [Float](repeating: 0, count: columns)
        let rowsTogether = max(1, min(rows, (1 << 18) / columns))
        var values: [Float] = []
        values.reserveCapacity(rowsTogether * columns)
        for start in stride(from: 0, to: rows, by: rowsTogether) {
            values.removeAll(keepingCapacity: true)
            for index in start..<min(start + rowsTogether, rows) {
                read(index, &row)
                values += row
            }
            let bytes = try format.encoded(values, tensor: name)
            try bytes.withUnsafeBytes { try emit($0) }
        }
    }
}
