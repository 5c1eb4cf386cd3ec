internal import MartletWeights

extension DecoderConfiguration {
    /// The rotary positions of full layers, or nil for a family with learned positions.
    static func rotary(
        _ reader: MetadataReader,
        architecture: DecoderArchitecture,
        headWidth: Int
    ) throws(ModelError) -> RotaryEmbedding? {
        guard !architecture.hasLearnedPositions else { return nil }
        let rotated = try reader.integer("rope.dimension_count", in: 2...4096) ?? headWidth
        guard rotated % 2 == 0, rotated <= headWidth else {
            throw reader.failure(
                "rope.dimension_count",
                "\(rotated) rotated values of a head \(headWidth) wide: expected an even number up to the width"
            )
        }
        var rotary = RotaryEmbedding(
            base: try reader.float("rope.freq_base", in: 1.001...1e12) ?? 10000,
            rotatedCount: rotated,
            scaling: .none,
            magnitude: try reader.float("rope.scaling.attn_factor", in: 1e-3...1e3) ?? 1
        )
        let oldFactor = try reader.float("rope.scale_linear", in: 0...1e6) ?? 0
        let factor = try reader.float("rope.scaling.factor", in: 0...1e6) ?? oldFactor
        let kind = try reader.string("rope.scaling.type") ?? (factor > 0 ? "linear" : "none")
        let stretch = factor > 0 ? factor : 1
        switch kind {
        case "none", "longrope", "su":
            break
        case "linear":
            if stretch != 1 { rotary.scaling = .linear(factor: stretch) }
        case "yarn":
            try readYaRN(reader, factor: stretch, into: &rotary)
        case "llama3":
            rotary.scaling = .llama3(
                factor: stretch,
                lowFrequency: try reader.float("rope.scaling.low_freq_factor", in: 1e-3...1e6) ?? 1,
                highFrequency: try reader.float("rope.scaling.high_freq_factor", in: 1e-3...1e6) ?? 4,
                original: try reader.integer("rope.scaling.original_context_length", in: 1...(1 << 26)) ?? 8192
            )
            if case .llama3(_, let low, let high, _) = rotary.scaling, low >= high {
                throw reader.failure("rope.scaling.high_freq_factor", "\(high) isn't above the low factor \(low)")
            }
        default:
            throw ModelError(
                .invalidConfiguration,
                "the scaling '\(kind.prefix(64))' isn't known",
                remedy: "Martlet knows none, linear, yarn, llama3 and longrope: choose another model.",
                key: reader.key("rope.scaling.type")
            )
        }
        return rotary
    }

    private static func readYaRN(
        _ reader: MetadataReader,
        factor: Float,
        into rotary: inout RotaryEmbedding
    ) throws(ModelError) {
        let trained = try reader.required("context_length", in: 1...(1 << 26))
        let original = try reader.integer("rope.scaling.original_context_length", in: 1...(1 << 26)) ?? trained
        let extrapolation = try reader.float("rope.scaling.yarn_ext_factor", in: 0...1) ?? 1
        rotary.scaling = .yarn(
            factor: factor,
            original: original,
            betaFast: try reader.float("rope.scaling.yarn_beta_fast", in: 1e-3...1e6) ?? 32,
            betaSlow: try reader.float("rope.scaling.yarn_beta_slow", in: 1e-3...1e6) ?? 1,
            extrapolation: extrapolation
        )
        func temperature(_ multiplier: Float) -> Float {
            factor <= 1 ? 1 : 0.1 * multiplier * logarithm(factor) + 1
        }
        if let given = try reader.float("rope.scaling.yarn_attn_factor", in: 1e-3...1e3) {
            rotary.magnitude *= given
        } else if let multiplier = try reader.float("rope.scaling.yarn_log_multiplier", in: 0...1e3), multiplier != 0 {
            rotary.magnitude *= temperature(1) / temperature(multiplier)
        } else if extrapolation > 0 {
            rotary.magnitude *= temperature(1)
        }
    }

    /// The rotary positions of windowed layers: never stretched, and with their own base in Gemma 3.
    static func windowedRotary(
        _ reader: MetadataReader,
        architecture: DecoderArchitecture,
        full: RotaryEmbedding?
    ) throws(ModelError) -> RotaryEmbedding? {
        guard architecture.windowPattern != nil, var rotary = full else { return full }
        let fallback = architecture == .gemma3 ? 10000 : rotary.base
        rotary.base = try reader.float("rope.freq_base_swa", in: 1.001...1e12) ?? fallback
        if architecture == .gemma3 {
            rotary.scaling = .none
            rotary.magnitude = 1
        }
        return rotary
    }
}
