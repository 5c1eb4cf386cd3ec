/// The decoder families that Martlet runs, by their names in GGUF files.
public enum DecoderArchitecture: String, Sendable, Hashable, CaseIterable {
    /// Llama 1 to 3, Mistral, TinyLlama, SmolLM and what is built like them.
    case llama
    /// Qwen 2 and 2.5: biases on queries, keys and values.
    case qwen2
    /// Qwen 3: normalised queries and keys.
    case qwen3
    /// Gemma 2: soft caps, norms after each part, windows in every second layer.
    case gemma2
    /// Gemma 3's text model: normalised queries and keys, five windowed layers to each full one.
    case gemma3
    /// Phi 3 and 4: fused projections.
    case phi3
    /// GPT-2 and DialoGPT: learned positions, layer norms, one GELU.
    case gpt2

    /// The norm that the family uses everywhere.
    var usesLayerNorm: Bool { self == .gpt2 }
    /// Whether positions are learned vectors rather than rotations.
    var hasLearnedPositions: Bool { self == .gpt2 }
    /// Whether a rotated pair lies side by side, as GGUF's Llama files have it, rather than half a head apart.
    var isRotaryInterleaved: Bool { self == .llama }
    /// Whether queries, keys and values are one matrix.
    var hasFusedQKV: Bool { self == .phi3 || self == .gpt2 }
    /// Whether queries and keys are normalised head by head.
    var hasQKNorm: Bool { self == .qwen3 || self == .gemma3 }
    /// Whether each part's output is normalised before it is added.
    var hasPostNorm: Bool { self == .gemma2 || self == .gemma3 }
    /// Whether token embeddings are scaled by the square root of the width.
    var scalesEmbedding: Bool { self == .gemma2 || self == .gemma3 }

    /// The feed-forward part's form.
    var feedForward: FeedForwardKind {
        switch self {
        case .llama, .qwen2, .qwen3: .gatedSiLU
        case .phi3: .fusedGatedSiLU
        case .gemma2, .gemma3: .gatedGELU
        case .gpt2: .plainGELU
        }
    }

    /// One full-attention layer in this many when the file doesn't say; nil: a window counts for every layer.
    var windowPattern: Int? {
        switch self {
        case .gemma2: 2
        case .gemma3: 6
        default: nil
        }
    }

    /// Finds the family by a file's `general.architecture`.
    init(named name: String) throws(ModelError) {
        if let known = DecoderArchitecture(rawValue: name) {
            self = known
            return
        }
        let names = Self.allCases.map(\.rawValue)
        let nearest = names.min { distance(name, $0) < distance(name, $1) } ?? ""
        let hint = distance(name, nearest) <= 2 ? " (did you mean \(nearest)?)" : ""
        throw ModelError(
            .unknownArchitecture,
            "the architecture '\(name.prefix(64))' isn't one that Martlet runs\(hint)",
            remedy: "Use a model of one of these: \(names.joined(separator: ", "))",
            key: "general.architecture"
        )
    }
}

/// How a feed-forward part combines its matrices.
enum FeedForwardKind: Sendable, Hashable {
    /// down(silu(gate(x)) * up(x))
    case gatedSiLU
    /// The same with gate and up in one matrix, gate first.
    case fusedGatedSiLU
    /// down(gelu(gate(x)) * up(x))
    case gatedGELU
    /// down(gelu(up(x)))
    case plainGELU
}

/// Levenshtein's distance, for hints; O(n m) on the first 64 characters.
private func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8.prefix(64))
    var row = Array(0...right.count)
    for (i, a) in left.utf8.prefix(64).enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let substitution = diagonal + (a == b ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substitution, row[j] + 1, diagonal + 1)
        }
    }
    return row[right.count]
}
