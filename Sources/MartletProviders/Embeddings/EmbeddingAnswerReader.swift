import MartletCore

/// Reads OpenAI's list of embeddings.
struct EmbeddingAnswerReader {
    let identity: ProviderIdentity
    /// Values that a vector must have.
    let width: Int
    /// Whether vectors are brought to length 1.
    let normalizes: Bool

    /// The vectors of `inputs`, by their indices in the answer.
    ///
    /// - Throws: ``ProviderError`` for an answer that lacks one, or has other ones than promised.
    func read(_ answer: JSONValue, of inputs: [EmbeddingInput]) throws(ProviderError) -> EmbeddingAnswer {
        guard let data = answer["data"]?.array, data.count == inputs.count else {
            throw malformed("the answer has not one vector for each text", "Check base_url and the model's name")
        }
        var vectors = [[Float]](repeating: [], count: inputs.count)
        for (position, entry) in data.enumerated() {
            let index = entry["index"]?.integer.flatMap { Int(exactly: $0) } ?? position
            guard inputs.indices.contains(index), vectors[index].isEmpty else {
                throw malformed("the answer's vectors have wrong indices", "Check base_url")
            }
            vectors[index] = try vector(entry["embedding"])
        }
        let usage = answer["usage"]
        let total = usage?["prompt_tokens"]?.integer ?? usage?["total_tokens"]?.integer
        let weights = inputs.map { max(1, $0.byteCount) }
        return EmbeddingAnswer(
            vectors: vectors,
            tokenCounts: Self.shares(of: total.map { Int(clamping: max(0, $0)) }, weights: weights),
            cutInputs: (answer["truncated_inputs"]?.array ?? [])
                .compactMap { $0.integer.flatMap { Int(exactly: $0) } }
                .filter { inputs.indices.contains($0) }
        )
    }

    private func vector(_ value: JSONValue?) throws(ProviderError) -> [Float] {
        let vector: [Float]?
        switch value {
        case .string(let text): vector = Base64.decodeVector(text.utf8)
        case .array(let numbers): vector = numbers.map { Float($0.number ?? .nan) }
        default: vector = nil
        }
        guard var vector, vector.allSatisfy(\.isFinite) else {
            throw malformed("the answer has a vector that is none", "Check base_url and the model's name")
        }
        guard vector.count == width else {
            throw malformed(
                "its vectors have \(vector.count) values where \(width) were expected",
                "Set dimensions for this model to \(vector.count), and make stored vectors again"
            )
        }
        if normalizes {
            let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            if length > 0 { vector = vector.map { Float(Double($0) / length) } }
        }
        return vector
    }

    /// A whole number shared out by weights, so that the shares come to it; nil is a token for four bytes.
    static func shares(of total: Int?, weights: [Int]) -> [Int] {
        guard let total else { return weights.map { ($0 + 3) / 4 } }
        let sum = Double(weights.reduce(0, +))
        var seen = 0
        var given = 0
        return weights.map { weight in
            seen += weight
            let until = Int((Double(total) * (Double(seen) / sum)).rounded())
            defer { given = until }
            return until - given
        }
    }

    private func malformed(_ what: String, _ remedy: String) -> ProviderError {
        ProviderError(.malformedResponse, provider: identity.name, what, remedy: remedy)
    }
}
