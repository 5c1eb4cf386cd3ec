public import MartletCore

/// A server that speaks like OpenAI: where it is, how it differs, and what opens it.
public struct OpenAIServer: Sendable {
    /// How it differs from OpenAI.
    public var dialect: OpenAIDialect
    /// The address, as far as it stands before `/chat/completions`, `/embeddings` or `/rerank`; nil is the dialect's own.
    ///
    /// `/v1` is added where it has no path.
    public var baseURL: String?
    /// The key; nil sends none.
    public var key: Secret?
    /// Where the key is set, for messages; nil is the dialect's variable.
    public var keySource: String?
    /// Whether an address without TLS may be used that is not on this machine.
    public var allowsOpenConnections: Bool

    /// Names a server; nothing is sent.
    public init(
        _ dialect: OpenAIDialect = .openAI,
        at baseURL: String? = nil,
        key: Secret?,
        keySource: String? = nil,
        allowsOpenConnections: Bool = false
    ) {
        self.dialect = dialect
        self.baseURL = baseURL
        self.key = key
        self.keySource = keySource
        self.allowsOpenConnections = allowsOpenConnections
    }
}
