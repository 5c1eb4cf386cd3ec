/// Adds a fixed amount to the scores of named tokens; minus infinity bans one.
///
/// - SeeAlso: `logit_bias` of OpenAI's chat completions API.
struct LogitBias: ScoreStep {
    private let biases: [(token: Int, bias: Float)]

    /// Takes amounts by token; tokens lie within the vocabulary.
    init(_ biases: [(token: Int, bias: Float)]) {
        self.biases = biases
    }

    func apply(to scores: UnsafeMutableBufferPointer<Float>, history: ArraySlice<Int32>) {
        for (token, bias) in biases { scores[token] += bias }
    }
}
