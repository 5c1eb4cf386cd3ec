public import MartletCore

/// What a hosted model's tokens cost.
public struct ModelPrices: Sendable, Hashable {
    /// US dollars for a million tokens of input.
    public var input: Double
    /// US dollars for a million tokens of input that the provider had in its cache; nil costs as much as other input.
    public var cachedInput: Double?
    /// US dollars for a million tokens of input that the provider puts into its cache; nil costs as much as other input.
    public var writtenInput: Double?
    /// US dollars for a million tokens of the answer, thinking included.
    public var output: Double

    /// Makes prices, in US dollars for a million tokens.
    public init(input: Double, cachedInput: Double? = nil, writtenInput: Double? = nil, output: Double) {
        self.input = input
        self.cachedInput = cachedInput
        self.writtenInput = writtenInput
        self.output = output
    }

    /// What a generation costs, in US dollars.
    ///
    /// - Parameter writtenTokenCount: Tokens of the prompt that went into the provider's cache.
    public func cost(of usage: Usage, writtenTokenCount: Int = 0) -> Double {
        let plain = usage.promptTokenCount - usage.reusedTokenCount - writtenTokenCount
        let dollars =
            Double(plain) * input + Double(usage.reusedTokenCount) * (cachedInput ?? input)
            + Double(writtenTokenCount) * (writtenInput ?? input) + Double(usage.generatedTokenCount) * output
        return dollars / 1_000_000
    }
}
