internal import CMartletKernels

/// Everything that the workers need for a batch; plain data, so that reading it costs no reference counting.
///
/// Shapes: B rows (tokens) of the batch, D width, H heads, d head width, F feed-forward width. All buffers start at
/// 64-byte borders, and strides of rows are multiples of 64 bytes.
struct EncoderContext {
    // The model.
    var kernels: UnsafePointer<martlet_kernels>
    var layers: UnsafePointer<EncoderLayer>
    var layerCount: Int
    var width: Int
    var headCount: Int
    var headWidth: Int
    var feedForwardWidth: Int
    var feedForward: EncoderFeedForward
    var normsFirst: Bool
    var usesLayerNorm: Bool
    var normEpsilon: Float
    var attentionScale: Float
    var rotatedCount: Int
    var embedding: Matrix
    var tokenTypes: Matrix?
    var positionEmbedding: Matrix?
    var embeddingNorm: UnsafePointer<Float>?
    var embeddingNormBias: UnsafePointer<Float>?
    var outputNorm: UnsafePointer<Float>?
    /// Biases by distance, `[H]` rows from distance -reach on, or nil.
    var relativeBias: UnsafePointer<Float>?
    var relativeBiasStride: Int
    var relativeReach: Int

    // Shared buffers.
    /// The rows, `[B][D]`: what comes out in the end.
    var x: UnsafeMutablePointer<Float>
    /// The last product's result, `[B][D]`.
    var y: UnsafeMutablePointer<Float>
    /// Inputs of products, as floats and as bytes, `[B]` rows of whatever width is at hand.
    var activations: ActivationRows
    /// What the bytes of short texts' rows leave out, as bytes again.
    var residues: UnsafeMutableRawPointer
    /// Bytes of the widest input row of each kind.
    var activationStrides: (floats: Int, bytes: Int, residues: Int)
    /// Queries, keys and values, `[B][3 H d]`.
    var qkv: UnsafeMutablePointer<Float>
    /// Keys and values as attention reads them, `[H][most rows][d]` each.
    var keys: UnsafeMutablePointer<Float>
    var values: UnsafeMutablePointer<Float>
    /// The heads' outputs, `[B][H d]`.
    var attention: UnsafeMutablePointer<Float>
    /// The feed-forward part's inside, `[B][F]`.
    var hidden: UnsafeMutablePointer<Float>
    /// `[positions][rotated / 2]`.
    var cosines: UnsafeMutablePointer<Float>
    var sines: UnsafeMutablePointer<Float>
    var strides: Strides
    /// Each worker's own memory.
    var workers: UnsafeMutablePointer<WorkerMemory>
    /// Each worker's pointers to rows of biases, `[attentionRowCount]` a worker.
    var biasPointers: UnsafeMutablePointer<UnsafePointer<Float>?>
    /// Query rows that share a tile.
    var attentionRowCount: Int
    var maximumRowCount: Int

    // The batch, or the part of it that one worker reads alone.
    /// The part's first row in the batch, from which tiles count.
    var firstRow = 0
    var rowCount = 0
    var tileCount = 0
    var tokens: UnsafeMutablePointer<Int32>
    var types: UnsafeMutablePointer<Int32>
    var positions: UnsafeMutablePointer<Int32>
    var tiles: UnsafeMutablePointer<EncoderTile>
    /// Whether each row is one of a short text.
    var isShort: UnsafeMutablePointer<Bool>
    /// The rows of short texts, counted in the whole batch.
    var shortRuns: UnsafeMutablePointer<EncoderRun>
    var shortRunCount = 0
    /// Parts that workers read alone; none where all read everything together.
    var groups: UnsafePointer<EncoderGroup>?
    var groupCount = 0
    /// The weights' way from the disk.
    var gate = WeightGate()
}

/// Consecutive rows of one text whose queries are computed together.
struct EncoderTile {
    var firstRow: Int32
    var rowCount: Int32
    /// The text's rows.
    var textStart: Int32
    var textEnd: Int32
}

/// Consecutive rows.
struct EncoderRun {
    var firstRow: Int32
    var rowCount: Int32
}
