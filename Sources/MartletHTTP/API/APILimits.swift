/// Bounds of a single request, beside the body's size.
public struct APILimits: Sendable, Hashable {
    /// Choices of one request, and prompts times choices of a legacy completion.
    public var choiceCount = 32
    /// Messages or input items.
    public var messageCount = 16_384
    /// Tools.
    public var toolCount = 128
    /// Stop strings, and the bytes of each.
    public var stopCount = 16
    /// Bytes of each stop string.
    public var stopByteCount = 1024
    /// Entries of `logit_bias`.
    public var biasCount = 1024
    /// Texts of one request for vectors.
    public var embeddingCount = 2048
    /// Texts of one request to rank.
    public var rankedCount = 2048
    /// Bytes of each text for vectors or ranks.
    public var encodedTextByteCount = 4 << 20
    /// Bytes of an instruction, which stands before each text of a request.
    public var instructionByteCount = 16 << 10
    /// Bytes of texts that may be on their way to vectors or ranks at once, over all requests; what is more than that waits for
    /// nothing but is refused as overload.
    public var encodedByteCount = 64 << 20
    /// Responses that are kept for `previous_response_id`.
    public var storedResponseCount = 256
    /// Bytes that these may come to.
    public var storedByteCount = 32 << 20
    /// The time without a byte after which a stream says that it is alive, and after which its status goes out even where
    /// no token has come yet.
    public var heartbeat = Duration.seconds(10)

    /// The usual bounds.
    public init() {}
}
