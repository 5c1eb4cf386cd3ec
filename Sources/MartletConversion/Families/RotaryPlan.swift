import MartletCore
import MartletWeights

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Rotary positions as transformers' configurations say them, before and after version 5.
enum RotaryPlan {
    static func describe(
        _ plan: inout ModelPlan,
        _ configuration: FolderConfiguration,
        architecture: String,
        headWidth: Int,
        context: Int
    ) throws(ConversionError) {
        var parameters = configuration.inner("rope_parameters") ?? configuration.inner("rope_scaling")
        if let windowed = parameters?.inner("sliding_attention") {
            plan.set("rope.freq_base_swa", try windowed.float("rope_theta") ?? 10_000)
            parameters = parameters?.inner("full_attention")
        } else if let base = try configuration.float("rope_local_base_freq") {
            plan.set("rope.freq_base_swa", base)
        }
        let base = try first("rope_theta", of: [parameters, configuration]) ?? 10_000
        plan.set("rope.freq_base", base)
        let share = try first("partial_rotary_factor", of: [parameters, configuration]) ?? 1
        guard share > 0, share <= 1 else { throw .damaged(configuration.file, "partial_rotary_factor is \(share)") }
        let rotated = Int(Float(headWidth) * share)
        plan.set("rope.dimension_count", rotated)
        guard let parameters else { return }
        let kind = parameters.word("rope_type") ?? parameters.word("type") ?? "default"
        switch kind {
        case "default": break
        case "linear":
            plan.set("rope.scaling.type", "linear")
            plan.set("rope.scaling.factor", try factor(parameters))
        case "yarn":
            plan.set("rope.scaling.type", "yarn")
            plan.set("rope.scaling.factor", try factor(parameters))
            plan.set("rope.scaling.original_context_length", try original(parameters, configuration) ?? context)
            if let fast = try parameters.float("beta_fast") { plan.set("rope.scaling.yarn_beta_fast", fast) }
            if let slow = try parameters.float("beta_slow") { plan.set("rope.scaling.yarn_beta_slow", slow) }
        case "llama3":
            plan.add(
                floats: try llama3Divisors(parameters, base: base, rotated: rotated),
                as: "rope_freqs.weight"
            )
        case "longrope", "su":
            guard let start = try original(parameters, configuration) else {
                throw .damaged(configuration.file, "original_max_position_embeddings is missing")
            }
            plan.set("rope.scaling.original_context_length", start)
            let ratio = Float(context) / Float(start)
            plan.set("rope.scaling.attn_factor", ratio <= 1 ? 1 : (1 + logf(ratio) / logf(Float(start))).squareRoot())
            for (key, name) in [("long_factor", "rope_factors_long"), ("short_factor", "rope_factors_short")] {
                let values = (parameters[key]?.array ?? []).compactMap(\.number).map { Float($0) }
                guard values.count == rotated / 2 else {
                    throw .damaged(configuration.file, "\(key) has \(values.count) numbers for \(rotated / 2) pairs")
                }
                plan.add(floats: values, as: "\(name).weight")
            }
        default:
            throw ConversionError(
                "positions stretched by \(shown(kind)) are none that Martlet knows",
                remedy: "Choose a model with default, linear, yarn, llama3 or longrope positions",
                file: configuration.file
            )
        }
    }

    private static func factor(_ parameters: FolderConfiguration) throws(ConversionError) -> Float {
        guard let factor = try parameters.float("factor"), factor > 0 else {
            throw .damaged(parameters.file, "the factor of its positions is missing")
        }
        return factor
    }

    private static func original(
        _ parameters: FolderConfiguration,
        _ configuration: FolderConfiguration
    ) throws(ConversionError) -> Int? {
        let name = "original_max_position_embeddings"
        if let number = try parameters.integer(name, in: 1...(1 << 26)) { return number }
        return try configuration.integer(name, in: 1...(1 << 26))
    }

    /// A number of the first place that has it.
    private static func first(_ name: String, of places: [FolderConfiguration?]) throws(ConversionError) -> Float? {
        for place in places {
            if let number = try place?.float(name) { return number }
        }
        return nil
    }

    /// A divisor for each frequency: 1 for short waves, the factor for long ones, a ramp between.
    private static func llama3Divisors(
        _ parameters: FolderConfiguration,
        base: Float,
        rotated: Int
    ) throws(ConversionError) -> [Float] {
        let factor = try factor(parameters)
        let low = try parameters.float("low_freq_factor") ?? 1
        let high = try parameters.float("high_freq_factor") ?? 4
        let start = Float(try parameters.integer("original_max_position_embeddings", in: 1...(1 << 26)) ?? 8192)
        guard low < high else { throw .damaged(parameters.file, "low_freq_factor is not below high_freq_factor") }
        return stride(from: 0, to: rotated, by: 2).map { index in
            let wavelength = 2 * Float.pi * powf(base, Float(index) / Float(rotated))
            if wavelength < start / high { return 1 }
            if wavelength > start / low { return factor }
            let smooth = (start / wavelength - low) / (high - low)
            return 1 / ((1 - smooth) / factor + smooth)
        }
    }
}
