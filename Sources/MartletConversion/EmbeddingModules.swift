import MartletCore
import MartletWeights

/// What sentence-transformers puts behind a model: pooling, dense layers, unit length.
struct EmbeddingModules {
    /// GGUF's number of the pooling, and which file says so.
    var pooling: (number: Int, source: String)?
    /// Dense layers in order.
    var denses: [(weight: CheckpointTensor, bias: CheckpointTensor?, activation: String)] = []
    /// Whether vectors are brought to length 1, where the modules say.
    var normalizes: Bool?
    /// Whether the mean leaves instructions out, and which file says so; nil where nothing does.
    var excludesInstruction: (value: Bool, source: String)?

    private static let activations = [
        "torch.nn.modules.linear.Identity": "identity", "torch.nn.modules.activation.Tanh": "tanh",
        "torch.nn.modules.activation.GELU": "gelu", "torch.nn.modules.activation.ReLU": "relu",
    ]
    /// The old flags of a pooling's configuration and GGUF's numbers.
    private static let flags = [
        ("pooling_mode_mean_tokens", 1), ("pooling_mode_cls_token", 2), ("pooling_mode_lasttoken", 3),
    ]
    private static let otherFlags = [
        "pooling_mode_max_tokens", "pooling_mode_mean_sqrt_len_tokens", "pooling_mode_weightedmean_tokens",
    ]
    private static let words = ["mean": 1, "cls": 2, "lasttoken": 3]

    /// Reads `modules.json`; a folder without one has no modules.
    ///
    /// - Parameter needsPooling: Whether the modules have to say how rows become one vector; a person may have.
    /// - Throws: ``ConversionError`` for a module that is broken, unknown or out of its place, never a default.
    init(_ folder: ModelFolder, needsPooling: Bool) throws(ConversionError) {
        guard let list = try folder.json("modules.json") else { return }
        guard let modules = list.array else { throw .damaged("modules.json", "it is no list") }
        normalizes = false
        for module in modules {
            guard let type = module["type"]?.string, let path = module["path"]?.string else {
                throw .damaged("modules.json", "a module has no type or path")
            }
            let isPlain = !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
            guard isPlain else { throw .damaged("modules.json", "a module lies outside the folder") }
            let name = type.split(separator: ".").last.map { String($0) } ?? ""
            if name.hasPrefix("INSTRUCTOR_") { excludesInstruction = (true, "\(name) in modules.json") }
            switch name {
            case "Transformer", "INSTRUCTOR_Transformer":
                guard path.isEmpty else {
                    throw ConversionError(
                        "the model itself lies in the folder \(shown(path))",
                        remedy: "Put its files beside modules.json",
                        file: "modules.json"
                    )
                }
            case "Pooling", "INSTRUCTOR_Pooling": if needsPooling { try readPooling(folder, path) }
            case "Dense": try readDense(folder, path)
            case "Normalize": normalizes = true
            default:
                throw ConversionError(
                    "the module \(shown(name)) is none that Martlet has",
                    remedy: "Choose a model with Transformer, Pooling, Dense and Normalize only",
                    file: "modules.json"
                )
            }
        }
        guard pooling != nil || !needsPooling else {
            throw ConversionError(
                "no module says how rows become one vector",
                remedy: "Fetch the folder 1_Pooling too, or name the kind with --pooling",
                file: "modules.json"
            )
        }
    }

    private mutating func readPooling(_ folder: ModelFolder, _ path: String) throws(ConversionError) {
        let file = "\(path)/config.json"
        guard let value = try folder.json(file) else {
            throw ConversionError(
                "it is missing",
                remedy: "Fetch the folder \(shown(path)) too, or name the kind with --pooling",
                file: file
            )
        }
        let configuration = FolderConfiguration(value, file: file)
        if configuration.flag("include_prompt") == false { excludesInstruction = (true, file) }
        if let word = configuration.word("pooling_mode") {
            guard let number = Self.words[word] else {
                throw .damaged(file, "the pooling \(shown(word)) is none that Martlet has")
            }
            pooling = (number, file)
            return
        }
        if let other = Self.otherFlags.first(where: { configuration.flag($0) == true }) {
            throw .damaged(file, "the pooling \(other) is none that Martlet has")
        }
        let chosen = Self.flags.filter { configuration.flag($0.0) == true }
        guard chosen.count == 1 else {
            throw .damaged(file, "it names \(chosen.count) kinds of pooling, and one is needed")
        }
        pooling = (chosen[0].1, file)
    }

    private mutating func readDense(_ folder: ModelFolder, _ path: String) throws(ConversionError) {
        let file = "\(path)/config.json"
        guard let value = try folder.json(file) else {
            throw ConversionError("it is missing", remedy: "Fetch the folder \(shown(path)) too", file: file)
        }
        let configuration = FolderConfiguration(value, file: file)
        let word = configuration.word("activation_function") ?? "torch.nn.modules.linear.Identity"
        guard let activation = Self.activations[word] else {
            throw .damaged(file, "the activation \(shown(word)) is none that Martlet has")
        }
        let checkpoint = try Checkpoint(folder: "\(folder.path)/\(path)")
        guard let weight = checkpoint.tensors["linear.weight"], weight.shape.count == 2,
            weight.shape[1] == (try configuration.required("in_features")),
            weight.shape[0] == (try configuration.required("out_features"))
        else { throw .damaged(file, "the layer's weight is missing or of another shape") }
        let bias = checkpoint.tensors["linear.bias"]
        guard (bias != nil) == (configuration.flag("bias") ?? true) else {
            throw .damaged(file, "the layer's bias is missing, or there is one too many")
        }
        denses.append((weight, bias, activation))
    }

    /// Writes the modules into a plan.
    func describe(_ plan: inout ModelPlan, pooling override: Int?) throws(ConversionError) {
        if let number = override ?? pooling?.number { plan.set("pooling_type", number) }
        if let normalizes { plan.setWhole("martlet.embedding.normalize", .bool(normalizes)) }
        for (index, dense) in denses.enumerated() {
            // Numbered from 2, where sentence-transformers counts the model and its pooling first.
            let name = "dense_\(index + 2)"
            try plan.add(dense.weight, as: "\(name).weight")
            if let bias = dense.bias { try plan.add(bias, as: "\(name).bias") }
            plan.setWhole("martlet.\(name).activation", .string(dense.activation))
        }
    }
}
