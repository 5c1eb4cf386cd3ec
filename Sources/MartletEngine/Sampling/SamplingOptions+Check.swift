package import MartletCore

extension SamplingOptions {
    /// Says which option is outside its range, before any token is chosen.
    ///
    /// - Throws: ``EngineError/Code/invalidOption`` naming the option, its value, its range, and the field of a request
    ///   that it comes from.
    package func check(vocabularyCount: Int) throws(EngineError) {
        func require(_ isValid: Bool, _ name: String, _ value: some Any, _ range: String) throws(EngineError) {
            if !isValid {
                throw EngineError(
                    .invalidOption,
                    "the sampling option \(name) is \(value)",
                    remedy: "Give \(range)",
                    parameter: Self.parameters[name]
                )
            }
        }
        for (token, bias) in logitBias {
            try require(
                token.rawValue >= 0 && Int(token.rawValue) < vocabularyCount,
                "logitBias's token",
                token,
                "a token of 0 to \(vocabularyCount - 1)"
            )
            try require(bias < .infinity, "logitBias", bias, "a number below infinity")
        }
        let share = "a number from 0 to 1"
        try require(penalties.window >= 0, "penalties.window", penalties.window, "0 or more tokens")
        try require(
            penalties.repetition > 0 && penalties.repetition.isFinite,
            "penalties.repetition",
            penalties.repetition,
            "a number above 0, such as 1.1"
        )
        try require(penalties.frequency.isFinite, "penalties.frequency", penalties.frequency, "a finite number")
        try require(penalties.presence.isFinite, "penalties.presence", penalties.presence, "a finite number")
        try require(
            dry.multiplier >= 0 && dry.multiplier.isFinite,
            "dry.multiplier",
            dry.multiplier,
            "0 (off) or more"
        )
        try require(dry.base >= 1 && dry.base.isFinite, "dry.base", dry.base, "1 or more")
        try require(dry.allowedLength >= 0, "dry.allowedLength", dry.allowedLength, "0 or more tokens")
        if let window = dry.window { try require(window >= 0, "dry.window", window, "0 or more tokens") }
        try require(topK >= 0, "topK", topK, "0 (off) or more tokens")
        try require(typicalP >= 0 && typicalP <= 1, "typicalP", typicalP, share)
        try require(topP >= 0 && topP <= 1, "topP", topP, share)
        try require(minP >= 0 && minP <= 1, "minP", minP, share)
        try require(xtc.probability >= 0 && xtc.probability <= 1, "xtc.probability", xtc.probability, share)
        try require(xtc.threshold >= 0 && xtc.threshold <= 1, "xtc.threshold", xtc.threshold, share)
        try require(temperature >= 0 && temperature.isFinite, "temperature", temperature, "0 (greedy) or more")
        try require(noRepeatNGramSize >= 0, "noRepeatNGramSize", noRepeatNGramSize, "0 (off) or more tokens")
        if let beams {
            try require(beams.width >= 1 && beams.width <= 64, "beams.width", beams.width, "1 to 64 hypotheses")
            try require(beams.lengthPenalty.isFinite, "beams.lengthPenalty", beams.lengthPenalty, "a finite number")
            try require(
                beams.returnedCount >= 1 && beams.returnedCount <= beams.width,
                "beams.returnedCount",
                beams.returnedCount,
                "1 to beams.width (\(beams.width)) hypotheses"
            )
        }
    }

    /// The options' names in requests: OpenAI's where it has the option, else those of other servers.
    private static let parameters = [
        "logitBias's token": "logit_bias", "logitBias": "logit_bias",
        "penalties.window": "repeat_last_n", "penalties.repetition": "repetition_penalty",
        "penalties.frequency": "frequency_penalty", "penalties.presence": "presence_penalty",
        "dry.multiplier": "dry_multiplier", "dry.base": "dry_base", "dry.allowedLength": "dry_allowed_length",
        "dry.window": "dry_penalty_last_n",
        "topK": "top_k", "typicalP": "typical_p", "topP": "top_p", "minP": "min_p",
        "xtc.probability": "xtc_probability", "xtc.threshold": "xtc_threshold",
        "temperature": "temperature", "noRepeatNGramSize": "no_repeat_ngram_size",
        "beams.width": "num_beams", "beams.lengthPenalty": "length_penalty",
        "beams.returnedCount": "num_return_sequences",
    ]
}
