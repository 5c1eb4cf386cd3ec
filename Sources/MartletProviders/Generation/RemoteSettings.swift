/// How a hosted model is used, whoever hosts it.
public struct RemoteSettings: Sendable, Hashable {
    /// How long things may take.
    public var timeouts = ProviderTimeouts()
    /// What is tried again.
    public var retry = RetryPolicy()
    /// The longest answer in bytes on the wire, at least 1.
    public var maximumAnswerByteCount = 64 << 20
    /// What tokens cost; nil is not known.
    public var prices: ModelPrices?
    /// Tokens that input and answer may come to together; nil takes what is known of the model.
    public var contextLength: Int?

    /// The usual.
    public init() {}
}
