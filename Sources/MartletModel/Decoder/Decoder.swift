internal import CMartletKernels
public import MartletWeights

/// A decoder of any of the supported families: tokens in, logits out.
///
/// Weights are used where the file is mapped; nothing is repacked at load. While the file's weights still come from the
/// disk, a step waits before each layer until that layer is there. All buffers are made in `init`: a step allocates nothing. A decoder is confined to one thread at a time, the one that calls ``step(_:)``.
public final class Decoder {
    /// The model's shape.
    public let configuration: DecoderConfiguration
    /// Keys and values of all sequences.
    public let cache: KVCache
    /// The longest sequence that steps may build, in positions.
    public let contextLength: Int
    /// Rows that one step may have.
    public let maximumRowCount: Int
    /// Rows that may have logits in one step.
    public let maximumLogitRowCount: Int
    /// The name of the kernel table in use.
    public let kernelsName: String
    /// Worker threads, the calling one included.
    public var threadCount: Int { team.threadCount }
    /// Bytes of weights that a single-token step reads.
    public let weightByteCountPerToken: Int

    /// Weights of a token up to which one thread is the default.
    ///
    /// Its step takes a fraction of a millisecond, and where another program wants a processor a team's step takes several: whoever has
    /// none holds the others up at the end of each phase.
    private static let tinyByteCount = 8 << 20

    let team: WorkerTeam
    let context: UnsafeMutablePointer<StepContext>
    let frequencies: RotaryFrequencies
    let weights: DecoderWeights
    let arrival: WeightArrival
    private let buffers: StepBuffers

    /// Sets a decoder up for a file and starts its workers.
    ///
    /// - Throws: ``ModelError`` for a file or options that can't work; the description names the remedy.
    /// - Complexity: O(header of the file); of the weights only vectors are read, and waited for.
    public init(file: GGUFFile, options: DecoderOptions = DecoderOptions()) throws(ModelError) {
        let configuration = try DecoderConfiguration(metadata: file.metadata, tensors: file.tensors)
        try options.check()
        let kernels = try kernelTable(named: options.kernels)
        let contextLength = min(options.contextLength, configuration.trainedContextLength)
        let blocksOfOne = (contextLength + KVCache.blockLength - 1) / KVCache.blockLength

        self.configuration = configuration
        self.contextLength = contextLength
        maximumRowCount = options.maximumRowCount
        maximumLogitRowCount = min(options.maximumLogitRowCount, options.maximumRowCount)
        kernelsName = String(cString: kernels.pointee.name)
        cache = try KVCache(
            configuration: configuration,
            format: options.kvFormat,
            blockCount: options.blockCount ?? blocksOfOne
        )
        weights = try DecoderWeights(
            file: file,
            configuration: configuration,
            contextLength: contextLength,
            kernels: kernels
        )
        weightByteCountPerToken = weights.matrices.reduce(0) { $0 + $1.rowCount * $1.rowByteCount }
        frequencies = RotaryFrequencies(configuration, factors: weights.rotaryFactors)
        let isTiny = weightByteCountPerToken <= Self.tinyByteCount
        team = try WorkerTeam(threadCount: options.threadCount ?? (isTiny ? 1 : ProcessorCount.available))
        buffers = try StepBuffers(
            configuration: configuration,
            weights: weights,
            maximumRowCount: maximumRowCount,
            maximumLogitRowCount: maximumLogitRowCount,
            threadCount: team.threadCount
        )
        context = .allocate(capacity: 1)
        context.initialize(
            to: buffers.context(configuration: configuration, weights: weights, cache: cache, kernels: kernels)
        )
        arrival = WeightArrival(of: file)
    }

    deinit {
        context.deallocate()
    }

    /// Copies one block of the cache, for a sequence that forks in the middle of a block.
    public func copyBlock(from source: BlockIndex, to destination: BlockIndex) {
        cache.copyBlock(from: source, to: destination)
    }
}

/// The angles per position of full and, where they differ, windowed layers.
struct RotaryFrequencies {
    let full: [Float]
    let windowed: [Float]
    let fullMagnitude: Float
    let windowedMagnitude: Float

    init(_ configuration: DecoderConfiguration, factors: [Float]?) {
        full = configuration.rotary?.frequencies(factors: factors) ?? []
        fullMagnitude = configuration.rotary?.magnitude ?? 1
        let differs = configuration.windowedRotary != nil && configuration.windowedRotary != configuration.rotary
        windowed = differs ? configuration.windowedRotary?.frequencies(factors: nil) ?? [] : []
        windowedMagnitude = configuration.windowedRotary?.magnitude ?? 1
    }
}

extension DecoderOptions {
    /// Refuses numbers that can't be meant.
    func check() throws(ModelError) {
        func require(_ range: ClosedRange<Int>, _ value: Int, _ what: String) throws(ModelError) {
            guard range.contains(value) else {
                throw ModelError(
                    .invalidOption,
                    "\(value) \(what)",
                    remedy: "Ask for \(range.lowerBound) to \(range.upperBound)."
                )
            }
        }
        try require(1...(1 << 26), contextLength, "positions of context")
        try require(1...(1 << 16), maximumRowCount, "rows per step")
        try require(1...(1 << 16), maximumLogitRowCount, "rows with logits per step")
    }
}
