public import MartletModel

/// What the engine's loop drives: something that computes steps; a ``Decoder``, or a test's scripted model.
///
/// Confined to the loop's thread.
public protocol StepExecuting: AnyObject {
    /// V, the number of scores that a row has.
    var vocabularyCount: Int { get }
    /// Blocks of the cache.
    var blockCount: Int { get }
    /// Positions in a block.
    var blockLength: Int { get }
    /// Rows of a step at most.
    var maximumRowCount: Int { get }
    /// Rows with logits in a step at most.
    var maximumLogitRowCount: Int { get }

    /// Computes a step.
    ///
    /// - Returns: `[logitRows, V]` in the order of `plan.logitRows`, valid until the next step.
    func execute(_ plan: borrowing StepPlan) throws -> UnsafeBufferPointer<Float>

    /// Copies one block of the cache.
    func copyBlock(from source: BlockIndex, to destination: BlockIndex)
}

extension Decoder: StepExecuting {
    /// V, the number of scores that a row has.
    public var vocabularyCount: Int { configuration.vocabularyCount }
    /// Blocks of the cache.
    public var blockCount: Int { cache.blockCount }
    /// Positions in a block.
    public var blockLength: Int { KVCache.blockLength }

    /// Computes a step.
    public func execute(_ plan: borrowing StepPlan) throws -> UnsafeBufferPointer<Float> {
        try step(plan)
    }
}
