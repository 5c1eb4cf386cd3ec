/// What a hosted model costs, in US dollars for a million tokens.
public struct HostedOffer: Sendable, Hashable, Codable {
    /// The model.
    public var name: String
    /// Input.
    public var input: Double
    /// Input that the provider has in its cache; nil costs as much as other input.
    public var cachedInput: Double?
    /// Output.
    public var output: Double
    /// When the price was looked up, `YYYY-MM-DD`.
    public var date: String?

    /// Makes an offer.
    public init(name: String, input: Double, cachedInput: Double? = nil, output: Double, date: String? = nil) {
        self.name = name
        self.input = input
        self.cachedInput = cachedInput
        self.output = output
        self.date = date
    }

    /// What one message costs.
    public func cost(ofMessageIn workload: Workload) -> Double {
        let cached = min(workload.cachedTokenCount, workload.promptTokenCount)
        let plain = workload.promptTokenCount - cached
        return
            (Double(plain) * input + Double(cached) * (cachedInput ?? input)
            + Double(workload.answerTokenCount) * output) / 1_000_000
    }

    /// What a month costs.
    public func cost(of workload: Workload) -> Double {
        cost(ofMessageIn: workload) * workload.messageCount
    }
}
