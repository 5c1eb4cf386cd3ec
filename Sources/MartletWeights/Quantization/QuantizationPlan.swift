/// Which format each tensor of a model gets; the same choice that llama.cpp's `llama-quantize` makes.
///
/// Norms, biases, positions and routers stay as they are. The output matrix, or the embedding that doubles as one, gets
/// 6 bits at least, and the mixes give more bits to value and down projections, which suffer most from few.
public struct QuantizationPlan: Sendable {
    /// One tensor's way.
    public struct Step: Sendable, Hashable {
        /// The tensor as it is.
        public let tensor: GGUFTensor
        /// The format that it gets.
        public let format: TensorFormat
        /// The format that it should have had, when its rows are no whole number of that format's blocks.
        public let unsuitableFormat: TensorFormat?
    }

    /// All tensors in the source's order.
    public let steps: [Step]

    /// Plans the conversion of `tensors`.
    ///
    /// - Parameters:
    ///   - tensors: The source's tensors.
    ///   - target: What most of them become.
    ///   - metadata: The source's metadata, for its layers and heads.
    public init(
        tensors: [GGUFTensor],
        target: QuantizationTarget,
        metadata: GGUFMetadata
    ) throws(GGUFError) {
        var rules = try Rules(tensors: tensors, target: target, metadata: metadata)
        // The mixes count layers, so the choice runs through the tensors by layer; the file's order is kept.
        let ordered = tensors.indices.sorted {
            (Rules.layer(of: tensors[$0].name), $0) < (Rules.layer(of: tensors[$1].name), $1)
        }
        var steps: [Step?] = Array(repeating: nil, count: tensors.count)
        for index in ordered { steps[index] = rules.step(for: tensors[index]) }
        self.steps = steps.compactMap { $0 }
    }

    /// Bytes of all tensors' data before.
    public var sourceByteCount: Int { steps.reduce(0) { $0 + $1.tensor.byteCount } }
    /// Bytes of all tensors' data after.
    public var targetByteCount: Int {
        steps.reduce(0) { $0 + ($1.format.byteCount(of: $1.tensor.elementCount) ?? 0) }
    }
    /// Numbers in all tensors.
    public var elementCount: Int { steps.reduce(0) { $0 + $1.tensor.elementCount } }
    /// Tensors that change from a format of fewer than 8 bits and so lose precision twice.
    public var twiceQuantizedCount: Int {
        steps.count { $0.tensor.format != $0.format && $0.tensor.format.bitsPerWeight < 8 }
    }
}

/// The choice of a format, tensor by tensor in the order of the layers.
private struct Rules {
    let target: QuantizationTarget
    let layerCount: Int
    let valueCount: Int
    let isOutputTied: Bool
    let sharesValuesWidely: Bool
    var valueIndex = 0
    var downIndex = 0

    init(tensors: [GGUFTensor], target: QuantizationTarget, metadata: GGUFMetadata) throws(GGUFError) {
        self.target = target
        let architecture = try metadata.string("general.architecture") ?? ""
        layerCount = try metadata.unsignedInteger("\(architecture).block_count") ?? 0
        valueCount = tensors.count { Rules.isValue($0.name) }
        isOutputTied = !tensors.contains { $0.name == "output.weight" }
        // Models of 70 billion weights share one value head between eight query heads: their values get a bit more.
        let heads = metadata["\(architecture).attention.head_count"]?.integer
        let valueHeads = metadata["\(architecture).attention.head_count_kv"]?.integer ?? heads
        sharesValuesWidely = ["llama", "qwen2"].contains(architecture) && layerCount == 80 && heads != valueHeads
    }

    static func layer(of name: String) -> Int {
        let parts = name.split(separator: ".", maxSplits: 2)
        guard parts.count == 3, parts[0] == "blk", let layer = Int(parts[1]) else { return -1 }
        return layer
    }

    private static func isValue(_ name: String) -> Bool {
        ["attn_v.weight", "attn_qkv.weight", "attn_kv_b.weight"].contains { name.hasSuffix($0) }
    }

    private static let keptEndings = [
        "_norm.weight", "ffn_gate_inp.weight", "attn_rel_b.weight", "shortconv.conv.weight", "ssm_conv1d.weight",
    ]
    private static let keptNames = ["position_embd.weight", "token_types.weight"]
    private static let keptParts = ["altup", "laurel", "per_layer_model_proj"]

    /// Whether a tensor is a matrix that bears fewer bits.
    private static func isConvertible(_ tensor: GGUFTensor) -> Bool {
        let name = tensor.name
        return tensor.shape.dropFirst().contains { $0 > 1 }
            && name.hasSuffix("weight")
            && !keptNames.contains(name)
            && !keptEndings.contains { name.hasSuffix($0) }
            && !keptParts.contains { part in name.split(separator: ".").contains { $0.hasPrefix(part) } }
    }

    mutating func step(for tensor: GGUFTensor) -> QuantizationPlan.Step {
        guard Rules.isConvertible(tensor) else {
            return QuantizationPlan.Step(tensor: tensor, format: tensor.format, unsuitableFormat: nil)
        }
        let wanted = wantedFormat(for: tensor)
        let suitable = Rules.suitable(wanted, columns: tensor.columns)
        return QuantizationPlan.Step(
            tensor: tensor,
            format: suitable,
            unsuitableFormat: suitable == wanted ? nil : wanted
        )
    }

    private mutating func wantedFormat(for tensor: GGUFTensor) -> TensorFormat {
        guard target.mix != .none else { return target.format }
        let name = tensor.name
        let isEmbedding = name == "token_embd.weight" || name == "per_layer_token_embd.weight"
        if name == "output.weight" || (isOutputTied && isEmbedding) {
            if target.format == .q8_0 || !tensor.columns.isMultiple(of: target.format.blockLength) { return .q8_0 }
            return .q6_K
        }
        if isEmbedding { return target.format }
        if Rules.isValue(name) {
            defer { valueIndex += 1 }
            return valueFormat
        }
        if name.contains("ffn_down") {
            defer { downIndex += 1 }
            switch target.mix {
            case .medium where Rules.getsMoreBits(downIndex, of: layerCount): return .q6_K
            case .small where downIndex < layerCount / 8: return .q5_K
            default: return target.format
            }
        }
        return target.format
    }

    private var valueFormat: TensorFormat {
        switch target.mix {
        case .medium where Rules.getsMoreBits(valueIndex, of: valueCount): .q6_K
        case .small where valueIndex < 4: .q5_K
        default: sharesValuesWidely && target.format == .q4_K ? .q5_K : target.format
        }
    }

    /// The first and the last eighth of the layers, and every third between.
    private static func getsMoreBits(_ layer: Int, of count: Int) -> Bool {
        layer < count / 8 || layer >= 7 * count / 8 || (layer - count / 8) % 3 == 2
    }

    /// `format`, or one with smaller blocks for rows that are no whole number of its blocks.
    private static func suitable(_ format: TensorFormat, columns: Int) -> TensorFormat {
        if columns.isMultiple(of: format.blockLength) { return format }
        let smaller: [TensorFormat: TensorFormat] = [.q4_K: .q5_0, .q5_K: .q5_1, .q6_K: .q8_0]
        if let other = smaller[format], columns.isMultiple(of: other.blockLength) { return other }
        return .f16
    }
}
