internal import MartletCore
internal import MartletWeights

extension SamplingOptions {
    /// What a model file's makers recommend (`general.sampling.*`), over the usual defaults.
    ///
    /// - Throws: When a key has a type that is no number. A number out of its range is left out.
    init(recommendedBy metadata: GGUFMetadata) throws {
        self.init()
        func number(_ key: String, in range: ClosedRange<Float>) throws -> Float? {
            guard let value = try metadata.float("general.sampling.\(key)"), range.contains(value) else { return nil }
            return value
        }
        if let value = try number("temp", in: 0...10) { temperature = value }
        if let value = try number("top_p", in: 0...1) { topP = value }
        if let value = try number("min_p", in: 0...1) { minP = value }
        if let value = try number("xtc_probability", in: 0...1) { xtc.probability = value }
        if let value = try number("xtc_threshold", in: 0...1) { xtc.threshold = value }
        if let value = try number("penalty_repeat", in: 0.1...10) { penalties.repetition = value }
        if let value = try metadata.integer("general.sampling.top_k"), (0...1_000_000).contains(value) { topK = value }
        if let value = try metadata.integer("general.sampling.penalty_last_n"), (0...1_000_000).contains(value) {
            penalties.window = value
        }
    }
}
