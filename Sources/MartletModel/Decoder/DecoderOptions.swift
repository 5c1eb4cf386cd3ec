/// How a decoder is set up: memory, threads, kernels.
public struct DecoderOptions: Sendable, Hashable {
    /// Worker threads, the calling one included; nil takes as many as the process may use, and one for a tiny model.
    public var threadCount: Int?
    /// The longest sequence, in positions; the model's own limit when that is shorter.
    public var contextLength = 4096
    /// How keys and values are kept.
    public var kvFormat = KVFormat.f16
    /// The kernel table's name, or nil for the best that this machine runs.
    public var kernels: String?
    /// Rows (tokens) that one step may have at most.
    public var maximumRowCount = 512
    /// Rows that may have logits in one step; memory is touched only for those that have.
    public var maximumLogitRowCount = 64
    /// Blocks of the cache; nil takes as many as one sequence of `contextLength` needs.
    public var blockCount: Int?

    /// The defaults.
    public init() {}
}
