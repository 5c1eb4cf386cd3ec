/// Texts that an encoder reads together, one after the other and without padding.
public struct EncoderBatch: Sendable, Hashable {
    /// All tokens.
    public private(set) var tokens: [Int32] = []
    /// The segment of each token; 0 in families without segments.
    public private(set) var types: [Int32] = []
    /// Each text's rows.
    public private(set) var texts: [Range<Int>] = []

    /// An empty batch.
    public init() {}

    /// Empties the batch and keeps its memory.
    public mutating func removeAll() {
        tokens.removeAll(keepingCapacity: true)
        types.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
    }

    /// Adds a text of at least one token, special ones included.
    ///
    /// - Parameter newTypes: The tokens' segments, as many as tokens; nil puts all of them into the first.
    public mutating func append(tokens newTokens: some Collection<Int32>, types newTypes: [Int32]? = nil) {
        precondition(newTypes.map { $0.count == newTokens.count } ?? true, "as many types as tokens")
        let start = tokens.count
        tokens += newTokens
        types += newTypes ?? [Int32](repeating: 0, count: newTokens.count)
        texts.append(start..<tokens.count)
    }
}

/// How an encoder is set up: memory, threads, kernels.
public struct EncoderOptions: Sendable, Hashable {
    /// Worker threads, the calling one included; nil takes as many as the process may use.
    public var threadCount: Int?
    /// Tokens that one batch may have; at least one whole text of the model's longest fits whatever is asked for.
    public var maximumRowCount = 2048
    /// The kernel table's name, or nil for the best that this machine runs.
    public var kernels: String?
    /// Bytes up to which the layers' matrices are kept in memory as the kernels unpack them, from the second batch on;
    /// 0 always uses the file's own blocks.
    ///
    /// The copy makes lone sentences faster, by half in MiniLM's size, and takes about as much memory as a Q8_0 file.
    public var unpackedByteLimit = 128 << 20

    /// The defaults.
    public init() {}
}
