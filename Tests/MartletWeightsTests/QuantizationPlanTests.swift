import MartletWeights
import Testing

/// The formats that `llama-quantize --dry-run` (llama.cpp, late 2026) chose for models of these shapes.
struct ExpectedMix: CustomTestStringConvertible, Sendable {
    let target: String
    let model: PlannedModel
    /// Most matrices.
    let usual: TensorFormat
    let embedding: TensorFormat
    let output: TensorFormat?
    /// Value projections of these layers differ.
    var values: (format: TensorFormat, layers: Set<Int>)?
    /// Down projections: the usual one, and the layers that differ.
    let down: TensorFormat
    var downs: (format: TensorFormat, layers: Set<Int>)?

    var testDescription: String { "\(model.name) to \(target)" }

    static let moreOf22: Set<Int> = [0, 1, 4, 7, 10, 13, 16, 19, 20, 21]
    static let moreOf24: Set<Int> = [0, 1, 2, 5, 8, 11, 14, 17, 20, 21, 22, 23]

    static let all: [ExpectedMix] = [
        ExpectedMix(
            target: "Q4_K_M",
            model: .tinyLlama,
            usual: .q4_K,
            embedding: .q4_K,
            output: .q6_K,
            values: (.q6_K, moreOf22),
            down: .q4_K,
            downs: (.q6_K, moreOf22)
        ),
        ExpectedMix(
            target: "q4_k",
            model: .qwen,
            usual: .q5_0,
            embedding: .q8_0,
            output: nil,
            values: (.q8_0, moreOf24),
            down: .q4_K,
            downs: (.q6_K, moreOf24)
        ),
        ExpectedMix(
            target: "Q4_K_S",
            model: .tinyLlama,
            usual: .q4_K,
            embedding: .q4_K,
            output: .q6_K,
            values: (.q5_K, [0, 1, 2, 3]),
            down: .q4_K,
            downs: (.q5_K, [0, 1])
        ),
        ExpectedMix(
            target: "Q4_K_S",
            model: .qwen,
            usual: .q5_0,
            embedding: .q8_0,
            output: nil,
            values: (.q5_1, [0, 1, 2, 3]),
            down: .q4_K,
            downs: (.q5_K, [0, 1, 2])
        ),
        ExpectedMix(
            target: "Q5_K_M",
            model: .tinyLlama,
            usual: .q5_K,
            embedding: .q5_K,
            output: .q6_K,
            values: (.q6_K, moreOf22),
            down: .q5_K,
            downs: (.q6_K, moreOf22)
        ),
        ExpectedMix(
            target: "Q5_K_M",
            model: .qwen,
            usual: .q5_1,
            embedding: .q8_0,
            output: nil,
            values: (.q8_0, moreOf24),
            down: .q5_K,
            downs: (.q6_K, moreOf24)
        ),
        ExpectedMix(target: "Q6_K", model: .tinyLlama, usual: .q6_K, embedding: .q6_K, output: .q6_K, down: .q6_K),
        ExpectedMix(target: "Q6_K", model: .qwen, usual: .q8_0, embedding: .q8_0, output: nil, down: .q6_K),
        ExpectedMix(target: "Q4_0", model: .tinyLlama, usual: .q4_0, embedding: .q4_0, output: .q6_K, down: .q4_0),
        ExpectedMix(target: "Q4_0", model: .qwen, usual: .q4_0, embedding: .q8_0, output: nil, down: .q4_0),
        ExpectedMix(target: "Q8_0", model: .tinyLlama, usual: .q8_0, embedding: .q8_0, output: .q8_0, down: .q8_0),
        ExpectedMix(target: "F16", model: .qwen, usual: .f16, embedding: .f16, output: nil, down: .f16),
    ]
}

/// A model's shape, as far as the choice of formats looks at it.
struct PlannedModel: Sendable {
    let name: String
    let architecture: String
    let layerCount: Int
    let width: Int
    let keyWidth: Int
    let feedForwardWidth: Int
    let vocabularyCount: Int
    let isTied: Bool

    static let tinyLlama = PlannedModel(
        name: "TinyLlama 1.1B",
        architecture: "llama",
        layerCount: 22,
        width: 2048,
        keyWidth: 256,
        feedForwardWidth: 5632,
        vocabularyCount: 32000,
        isTied: false
    )
    static let qwen = PlannedModel(
        name: "Qwen2.5 0.5B",
        architecture: "qwen2",
        layerCount: 24,
        width: 896,
        keyWidth: 128,
        feedForwardWidth: 4864,
        vocabularyCount: 151_936,
        isTied: true
    )

    var metadata: GGUFMetadata {
        var metadata = GGUFMetadata()
        metadata["general.architecture"] = .string(architecture)
        metadata["\(architecture).block_count"] = .uint32(UInt32(layerCount))
        return metadata
    }

    /// The tensors in F32, layers in the order of their names, as some tools write them.
    func tensors() throws -> [GGUFTensor] {
        var shapes: [(String, [Int])] = [
            ("token_embd.weight", [width, vocabularyCount]), ("output_norm.weight", [width]),
        ]
        if !isTied { shapes.append(("output.weight", [width, vocabularyCount])) }
        for layer in (0..<layerCount).sorted(by: { "\($0)" < "\($1)" }) {
            shapes += [
                ("blk.\(layer).attn_norm.weight", [width]),
                ("blk.\(layer).attn_q.weight", [width, width]),
                ("blk.\(layer).attn_q.bias", [width]),
                ("blk.\(layer).attn_k.weight", [width, keyWidth]),
                ("blk.\(layer).attn_v.weight", [width, keyWidth]),
                ("blk.\(layer).attn_output.weight", [width, width]),
                ("blk.\(layer).ffn_gate.weight", [width, feedForwardWidth]),
                ("blk.\(layer).ffn_up.weight", [width, feedForwardWidth]),
                ("blk.\(layer).ffn_down.weight", [feedForwardWidth, width]),
            ]
        }
        return try shapes.map { try GGUFTensor(name: $0.0, shape: $0.1, format: .f32) }
    }
}

@Suite("Formats chosen for a model's tensors")
struct QuantizationPlanTests {
    @Test("chooses what llama-quantize chooses", arguments: ExpectedMix.all)
    func choosesLikeLlamaQuantize(expected: ExpectedMix) throws {
        let target = try #require(QuantizationTarget(name: expected.target))
        let tensors = try expected.model.tensors()
        let plan = try QuantizationPlan(tensors: tensors, target: target, metadata: expected.model.metadata)
        #expect(plan.steps.map(\.tensor) == tensors)
        for step in plan.steps {
            let parts = step.tensor.name.split(separator: ".")
            let layer = parts.count > 2 ? Int(parts[1]) ?? -1 : -1
            let wanted: TensorFormat? =
                switch parts.dropFirst(parts.count - 2).first ?? "" {
                case _ where step.tensor.shape.count == 1: .f32
                case "token_embd": expected.embedding
                case "output": expected.output
                case "attn_v":
                    expected.values?.layers.contains(layer) == true ? expected.values?.format : expected.usual
                case "ffn_down": expected.downs?.layers.contains(layer) == true ? expected.downs?.format : expected.down
                default: expected.usual
                }
            #expect(step.format == wanted, "\(step.tensor.name)")
        }
    }

    @Test("leaves positions, routers and single rows as they are")
    func keepsSensitiveTensors() throws {
        let names: [(String, [Int])] = [
            ("position_embd.weight", [256, 1024]), ("token_types.weight", [256, 2]),
            ("blk.0.ffn_gate_inp.weight", [256, 8]),
            ("blk.0.attn_q_norm.weight", [256, 8]), ("blk.0.attn_q.weight", [256, 1]), ("rope_freqs", [256, 4]),
        ]
        let tensors = try names.map { try GGUFTensor(name: $0.0, shape: $0.1, format: .f32) }
        let target = try #require(QuantizationTarget(name: "Q4_0"))
        let plan = try QuantizationPlan(tensors: tensors, target: target, metadata: GGUFMetadata())
        #expect(plan.steps.allSatisfy { $0.format == .f32 })
    }

    @Test("falls back to F16 for rows that suit no block format, and says so")
    func fallsBackToHalf() throws {
        let tensors = [
            try GGUFTensor(name: "blk.0.attn_q.weight", shape: [48, 4], format: .f32),
            try GGUFTensor(name: "blk.0.attn_k.weight", shape: [96, 4], format: .f32),
            try GGUFTensor(name: "output.weight", shape: [48, 4], format: .f32),
        ]
        let target = try #require(QuantizationTarget(name: "Q5_K_S"))
        let plan = try QuantizationPlan(tensors: tensors, target: target, metadata: GGUFMetadata())
        #expect(plan.steps.map(\.format) == [.f16, .q5_1, .f16])
        #expect(plan.steps.map(\.unsuitableFormat) == [.q5_K, .q5_K, .q8_0])
    }

    @Test("gives a 70B model's values another bit")
    func widensSharedValues() throws {
        var metadata = GGUFMetadata()
        metadata["general.architecture"] = .string("llama")
        metadata["llama.block_count"] = .uint32(80)
        metadata["llama.attention.head_count"] = .uint32(64)
        metadata["llama.attention.head_count_kv"] = .uint32(8)
        let tensors = try (0..<80).map {
            try GGUFTensor(name: "blk.\($0).attn_v.weight", shape: [8192, 1024], format: .f32)
        }
        let target = try #require(QuantizationTarget(name: "Q4_K_M"))
        let plan = try QuantizationPlan(tensors: tensors, target: target, metadata: metadata)
        #expect(plan.steps[0].format == .q6_K)
        #expect(plan.steps[13].format == .q5_K)
        #expect(!plan.steps.contains { $0.format == .q4_K })
    }

    @Test("knows its targets by name, and no others")
    func findsTargets() {
        #expect(QuantizationTarget(name: "q4_k_m")?.fileType == 15)
        #expect(QuantizationTarget(name: "Q5_K")?.name == "Q5_K_M")
        #expect(QuantizationTarget(name: "Q3_K") == nil)
        #expect(QuantizationTarget(name: "") == nil)
        for target in QuantizationTarget.all {
            #expect(QuantizationTarget(name: target.name) == target)
            #expect(target.format.isWritable, "\(target)")
        }
    }
}
