import MartletCore

/// How tokens are chosen, as chat completions, completions and responses say it.
enum SamplingFields {
    static let temperature = Field("temperature", .number(in: 0...2))
    static let topP = Field("top_p", .number(in: 0...1))
    static let topK = Field("top_k", .integer(in: 0...Int(Int32.max)))
    static let minP = Field("min_p", .number(in: 0...1))
    static let typicalP = Field("typical_p", .number(in: 0...1))
    static let repetition = Field("repetition_penalty", .number(in: 0.01...10), alsoNamed: "repeat_penalty")
    static let penaltyWindow = Field("repeat_last_n", .integer(in: 0...Int(Int32.max)))
    static let frequency = Field("frequency_penalty", .number(in: -2...2))
    static let presence = Field("presence_penalty", .number(in: -2...2))
    static let seed = Field("seed", .integer(in: Int.min...Int.max))

    /// Token ids as names, each with what is added to its score; -100 bans the token.
    static func logitBias(_ limit: Int) -> Field<[TokenID: Float]> {
        Field(
            "logit_bias",
            ValueKind<JSONObject>.object.map { entries, place throws(RequestFault) in
                guard entries.count <= limit else {
                    throw RequestFault(.longArray, place, "'\(place)' must have at most \(limit) entries.")
                }
                var biases: [TokenID: Float] = [:]
                for entry in entries {
                    let entryPlace = "\(place).\(entry.name.prefix(32))"
                    guard let id = Int32(entry.name), id >= 0 else {
                        let message =
                            "The names in '\(place)' must be token ids, such as \"50256\"; POST /tokenize gives them."
                        throw RequestFault(.wrongValue, entryPlace, message)
                    }
                    let bias = try ValueKind.number(in: -100...100).read(entry.value, entryPlace)
                    biases[TokenID(id)] = bias == -100 ? -.infinity : Float(bias)
                }
                return biases
            }
        )
    }

    /// The request's options over the model's own.
    static func read(
        _ fields: RequestFields,
        defaults: SamplingOptions,
        limits: APILimits
    ) throws(RequestFault) -> SamplingOptions {
        var options = defaults
        if let value = try fields.value(temperature) { options.temperature = Float(value) }
        if let value = try fields.value(topP) { options.topP = Float(value) }
        if let value = try fields.value(topK) { options.topK = value }
        if let value = try fields.value(minP) { options.minP = Float(value) }
        if let value = try fields.value(typicalP) { options.typicalP = Float(value) }
        if let value = try fields.value(repetition) { options.penalties.repetition = Float(value) }
        if let value = try fields.value(penaltyWindow) { options.penalties.window = value }
        if let value = try fields.value(frequency) { options.penalties.frequency = Float(value) }
        if let value = try fields.value(presence) { options.penalties.presence = Float(value) }
        if let value = try fields.value(seed) { options.seed = UInt64(bitPattern: Int64(value)) }
        if let value = try fields.value(logitBias(limits.biasCount)) { options.logitBias = value }
        return options
    }
}
