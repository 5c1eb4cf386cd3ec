/// What a model can be converted to: a format for most tensors, and the mix around it.
public struct QuantizationTarget: Hashable, Sendable, CustomStringConvertible {
    /// The name that people know, such as `Q4_K_M`.
    public let name: String
    /// The format of most matrices.
    public let format: TensorFormat
    /// The number that GGUF files state under `general.file_type`.
    public let fileType: UInt32
    /// How the more sensitive matrices differ from ``format``.
    let mix: Mix

    /// What is stored with more bits than the rest.
    enum Mix: Hashable, Sendable {
        /// Nothing; every matrix is stored alike.
        case none
        /// The output (or tied embedding) matrix alone.
        case output
        /// The output matrix, and the first layers' values and down projections one step up.
        case small
        /// The output matrix, and the values and down projections of about half of the layers in 6 bits.
        case medium
    }

    /// Looks a target up by name, upper or lower case; `Q4_K` and `Q5_K` mean the medium mixes.
    public init?(name: String) {
        let upper = name.uppercased()
        let wanted = ["Q4_K": "Q4_K_M", "Q5_K": "Q5_K_M"][upper] ?? upper
        guard let target = QuantizationTarget.all.first(where: { $0.name == wanted }) else { return nil }
        self = target
    }

    private init(_ name: String, _ format: TensorFormat, _ fileType: UInt32, _ mix: Mix) {
        self.name = name
        self.format = format
        self.fileType = fileType
        self.mix = mix
    }

    /// All targets, largest first.
    public static let all: [QuantizationTarget] = [
        QuantizationTarget("F32", .f32, 0, .none),
        QuantizationTarget("BF16", .bf16, 32, .none),
        QuantizationTarget("F16", .f16, 1, .none),
        QuantizationTarget("Q8_0", .q8_0, 7, .output),
        QuantizationTarget("Q6_K", .q6_K, 18, .output),
        QuantizationTarget("Q5_1", .q5_1, 9, .output),
        QuantizationTarget("Q5_K_M", .q5_K, 17, .medium),
        QuantizationTarget("Q5_0", .q5_0, 8, .output),
        QuantizationTarget("Q5_K_S", .q5_K, 16, .output),
        QuantizationTarget("Q4_1", .q4_1, 3, .output),
        QuantizationTarget("Q4_K_M", .q4_K, 15, .medium),
        QuantizationTarget("Q4_K_S", .q4_K, 14, .small),
        QuantizationTarget("Q4_0", .q4_0, 2, .output),
    ]

    /// The name.
    public var description: String { name }
}
