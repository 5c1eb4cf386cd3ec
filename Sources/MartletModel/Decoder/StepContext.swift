internal import CMartletKernels
internal import MartletWeights
internal import Synchronization

/// Everything that the workers need for a step; plain data, so that reading it costs no reference counting.
///
/// Shapes: B rows of the step, D width, H heads, K kv heads, d head width, F feed-forward width, V vocabulary.
/// All buffers start at 64-byte borders, and strides of rows are multiples of 64 bytes.
struct StepContext {
    // The model.
    var kernels: UnsafePointer<martlet_kernels>
    var layers: UnsafePointer<LayerWeights>
    var layerCount: Int
    var width: Int
    var headCount: Int
    var kvHeadCount: Int
    var headWidth: Int
    var feedForwardWidth: Int
    var vocabularyCount: Int
    var rotatedCount: Int
    var isRotaryInterleaved: Bool
    var hasSeparateWindowedRotary: Bool
    var usesLayerNorm: Bool
    var feedForward: FeedForwardKind
    var normEpsilon: Float
    var attentionScale: Float
    var attentionSoftCap: Float
    var logitSoftCap: Float
    var embeddingScale: Float
    var slidingWindow: Int
    var embedding: Matrix
    var positionEmbedding: Matrix?
    var head: Matrix
    var outputNorm: UnsafePointer<Float>
    var outputNormBias: UnsafePointer<Float>?

    // The cache.
    var kvFormat: martlet_kv_format
    var cacheBase: UnsafeMutableRawPointer
    var cacheLayerByteCount: Int
    var cacheBlockByteCount: Int
    var cacheHeadByteCount: Int
    var cacheRowByteCount: Int

    // Shared buffers.
    /// Residual stream, `[B][D]`.
    var x: UnsafeMutablePointer<Float>
    /// The last product's result, not yet added to the residual, `[B][D]`.
    var y: UnsafeMutablePointer<Float>
    /// Inputs of products, as floats and as bytes, `[B]` rows of whatever width is at hand.
    var activations: ActivationRows
    /// Queries, keys and values, `[B][(H + 2 K) d]`.
    var qkv: UnsafeMutablePointer<Float>
    /// The heads' outputs, `[B][H d]`.
    var attention: UnsafeMutablePointer<Float>
    /// The feed-forward part's inside, `[B][F]`.
    var hidden: UnsafeMutablePointer<Float>
    /// `[logit rows][V]`.
    var logits: UnsafeMutablePointer<Float>
    /// `[B][rotated / 2]`, for full layers and after `B` rows for windowed ones where they differ.
    var cosines: UnsafeMutablePointer<Float>
    var sines: UnsafeMutablePointer<Float>
    var strides: Strides
    /// Each worker's own memory.
    var workers: UnsafeMutablePointer<WorkerMemory>
    /// Steps of up to this many rows are normed by every worker for itself rather than shared out.
    var privateRowLimit: Int
    /// Query rows that share a tile.
    var attentionRowCount: Int
    var maximumRowCount: Int
    var threadCount: Int

    // The step.
    /// Whether the step ends with the last norm's rows, in ``x``, rather than with logits.
    var givesRows = false
    var rowCount = 0
    var logitCount = 0
    var tileCount = 0
    var tokens: UnsafeMutablePointer<Int32>
    var positions: UnsafeMutablePointer<Int32>
    /// Where each row's keys and values go, in bytes from a layer's base, head 0.
    var cacheOffsets: UnsafeMutablePointer<Int>
    var logitRows: UnsafeMutablePointer<Int32>
    var tiles: UnsafeMutablePointer<AttentionRows>
    /// The plan's block tables; set for the length of one step.
    var blocks: UnsafePointer<BlockIndex>?

    // The weights' way from the disk.
    /// What brings the weights, the same for all of a step; nil once there is nothing to wait for.
    var reading: Unmanaged<WeightReading>?
    /// The place of the first stage that didn't come for some worker; `Int.max` while all came.
    var missingStage: UnsafeMutablePointer<Atomic<Int>>?
}

/// Floats from row to row of the shared buffers.
struct Strides {
    var x: Int
    var qkv: Int
    var attention: Int
    var hidden: Int
}

/// Rows that are ready for a product: the same values as floats and, where asked for, as bytes.
struct ActivationRows {
    var floats: UnsafeMutableRawPointer
    var bytes: UnsafeMutableRawPointer
}

/// Consecutive rows of one sequence whose queries are computed together.
struct AttentionRows {
    var firstRow: Int32
    var rowCount: Int32
    /// Start of the sequence's table in the plan's blocks.
    var firstBlock: Int32
}

/// One worker's own buffers.
struct WorkerMemory {
    /// Residual rows in steps of few rows, `[privateRowLimit][D]`.
    var x: UnsafeMutablePointer<Float>
    var activations: ActivationRows
    /// Up projections of one unit, `[B][unit]`.
    var up: UnsafeMutablePointer<Float>
    var matmulScratch: UnsafeMutableRawPointer
    /// Gathered queries and running outputs, `[attentionRowCount][d]`.
    var queries: UnsafeMutablePointer<Float>
    var outputs: UnsafeMutablePointer<Float>
    /// `[attentionRowCount]` each.
    var maxima: UnsafeMutablePointer<Float>
    var sums: UnsafeMutablePointer<Float>
    var first: UnsafeMutablePointer<Int32>
    var last: UnsafeMutablePointer<Int32>
    var attentionScratch: UnsafeMutablePointer<Float>
}
