public import MartletModel

/// What a request wants of prompts on disk.
public struct SnapshotUse: Sendable {
    /// The request's first prompt.
    public var prompt: [Int32]
    /// Whether the text goes on after the prompt and may be kept to its end; beams go many ways.
    public var keepsAnswer: Bool
    /// Whether the prompt is kept for everybody, however short it is: a persona that is computed ahead.
    public var isShared: Bool

    /// Makes a use; see the properties.
    public init(prompt: [Int32], keepsAnswer: Bool, isShared: Bool = false) {
        self.prompt = prompt
        self.keepsAnswer = keepsAnswer
        self.isShared = isShared
    }
}

/// Where an engine keeps prompts on disk, and for which model.
public struct SnapshotSource: Sendable {
    /// The directory and its bounds.
    public var options: SnapshotOptions
    /// Identifies the model with a cache of the given form; called once, on a thread that may take its time.
    ///
    /// It gives up with nil when the second argument says that nobody waits any longer.
    public var fingerprint: Fingerprint

    /// Identifies a model.
    public typealias Fingerprint = @Sendable (_ cacheIdentity: String, _ isWanted: () -> Bool) -> [UInt8]?

    /// Makes a source; see the properties.
    public init(options: SnapshotOptions, fingerprint: @escaping Fingerprint) {
        self.options = options
        self.fingerprint = fingerprint
    }
}

/// Something whose cache blocks can be carried away and back; a ``Decoder``, or a test's scripted model.
public protocol BlockTransferring: AnyObject {
    /// Bytes of a block.
    var blockByteCount: Int { get }
    /// Everything beside the model's file that decides what these bytes mean.
    var cacheIdentity: String { get }

    /// Writes a block's content.
    ///
    /// - Precondition: `bytes` has ``blockByteCount`` bytes.
    func exportBlock(_ block: BlockIndex, to bytes: UnsafeMutableRawBufferPointer)

    /// Replaces a block's content by what `exportBlock` wrote.
    ///
    /// - Precondition: `bytes` has ``blockByteCount`` bytes.
    func importBlock(_ block: BlockIndex, from bytes: UnsafeRawBufferPointer)
}

extension Decoder: BlockTransferring {
    /// Bytes of a block.
    public var blockByteCount: Int { cache.blockByteCount }

    /// Writes a block's keys and values.
    public func exportBlock(_ block: BlockIndex, to bytes: UnsafeMutableRawBufferPointer) {
        cache.exportBlock(block, to: bytes)
    }

    /// Replaces a block's keys and values.
    public func importBlock(_ block: BlockIndex, from bytes: UnsafeRawBufferPointer) {
        cache.importBlock(block, from: bytes)
    }
}
