public import MartletModel

/// What was loaded, for people, `bench` and `doctor`.
public struct LocalEmbedderDetails: Sendable {
    /// The model's file.
    public var path: String
    /// `general.name`, or the file's name.
    public var name: String
    /// `general.architecture`.
    public var architecture: String
    /// How rows become one vector.
    public var pooling: PoolingKind
    /// What becomes of instructions.
    public var instructions: InstructionHandling
    /// Instructions that the file keeps by name, such as `query` and `document`.
    public var prompts: [String: String]
    /// The name of the one that a text gets when nobody gives an instruction, not even an empty one.
    public var defaultPrompt: String?
    /// Tokens of a text at most.
    public var contextLength: Int
    /// Tokens that are read together at most.
    public var batchTokenCount: Int
    /// Layers, L.
    public var layerCount: Int
    /// The kernel table in use.
    public var kernels: String
    /// Worker threads in use.
    public var threadCount: Int
    /// Bytes of the file.
    public var fileByteCount: Int
    /// How long loading took.
    public var loadDuration: Duration
}
