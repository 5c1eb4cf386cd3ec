/// The families of encoders that Martlet runs, by their names in GGUF files.
public enum EncoderArchitecture: String, Sendable, Hashable, CaseIterable {
    /// BERT, RoBERTa and XLM-R: MiniLM, e5, bge, gte and their kin.
    case bert
    /// BERT with rotary positions and a gated feed-forward part: nomic-embed-text.
    case nomicBERT = "nomic-bert"
    /// The encoder of T5 alone: GTR, Instructor, sentence-t5.
    case t5Encoder = "t5encoder"
    /// A whole T5, of which the encoder is used.
    case t5

    /// Whether rows are normed before each part (T5) rather than after it was added (BERT).
    var normsFirst: Bool { isT5 }

    /// Whether norms subtract the mean and have biases.
    var usesLayerNorm: Bool { !isT5 }

    /// Whether attention's scores get a learned bias by distance.
    var hasRelativeBias: Bool { isT5 }

    /// Whether positions have learned vectors that are added to the embeddings.
    var hasLearnedPositions: Bool { self == .bert }

    /// Whether queries and keys are rotated by their positions.
    var isRotary: Bool { self == .nomicBERT }

    /// What stands before the names of a layer's tensors.
    var layerPrefix: String { isT5 ? "enc.blk." : "blk." }

    private var isT5: Bool { self == .t5 || self == .t5Encoder }
}

/// What an encoder's feed-forward part does between its matrices.
enum EncoderFeedForward: Sendable, Hashable {
    /// gelu(up), in its exact form.
    case gelu
    /// max(up, 0).
    case relu
    /// silu(gate) * up.
    case gatedSiLU
    /// gelu(gate) * up, in its tanh form.
    case gatedGELU

    /// Whether there is a gate.
    var isGated: Bool { self == .gatedSiLU || self == .gatedGELU }
}
