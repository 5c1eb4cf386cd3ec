internal import CMartletKernels

/// All memory of a step, in one piece.
final class StepBuffers {
    private let buffer: AlignedBuffer
    private let workers: UnsafeMutablePointer<WorkerMemory>
    private let layout: Layout

    /// Steps of up to this many rows are normed by every worker for itself.
    private static let privateRowLimit = 2
    /// Query rows that share an attention tile, unless one token's heads are more.
    private static let attentionRowCount = 64

    init(
        configuration: DecoderConfiguration,
        weights: DecoderWeights,
        maximumRowCount: Int,
        maximumLogitRowCount: Int,
        threadCount: Int
    ) throws(ModelError) {
        layout = try Layout(
            configuration: configuration,
            matrices: weights.matrices,
            rowCount: maximumRowCount,
            logitRowCount: maximumLogitRowCount,
            privateRowCount: min(Self.privateRowLimit, maximumRowCount),
            attentionRowCount: max(Self.attentionRowCount, configuration.groupSize),
            threadCount: threadCount
        )
        buffer = try AlignedBuffer(byteCount: layout.byteCount, purpose: "the buffers of a step")
        workers = .allocate(capacity: threadCount)
        for index in 0..<threadCount {
            (workers + index).initialize(to: layout.workers[index].memory(at: buffer.base))
        }
    }

    deinit {
        workers.deallocate()
    }

    /// The workers' view of the model, the cache and these buffers.
    func context(
        configuration: DecoderConfiguration,
        weights: DecoderWeights,
        cache: KVCache,
        kernels: UnsafePointer<martlet_kernels>
    ) -> StepContext {
        func floats(_ offset: Int) -> UnsafeMutablePointer<Float> { pointer(offset) }
        let rotary = configuration.rotary
        // A model has at least one layer, so the layers have an address.
        return StepContext(
            kernels: kernels,
            layers: UnsafePointer(weights.layers.baseAddress.unsafelyUnwrapped),
            layerCount: configuration.layerCount,
            width: configuration.width,
            headCount: configuration.headCount,
            kvHeadCount: configuration.kvHeadCount,
            headWidth: configuration.headWidth,
            feedForwardWidth: configuration.feedForwardWidth,
            vocabularyCount: configuration.vocabularyCount,
            rotatedCount: rotary?.rotatedCount ?? 0,
            isRotaryInterleaved: configuration.architecture.isRotaryInterleaved,
            hasSeparateWindowedRotary: configuration.windowedRotary != nil && configuration.windowedRotary != rotary,
            usesLayerNorm: configuration.architecture.usesLayerNorm,
            feedForward: configuration.architecture.feedForward,
            normEpsilon: configuration.normEpsilon,
            attentionScale: configuration.attentionScale,
            attentionSoftCap: configuration.attentionSoftCap ?? 0,
            logitSoftCap: configuration.logitSoftCap ?? 0,
            embeddingScale: configuration.embeddingScale,
            slidingWindow: configuration.slidingWindow ?? Int(Int32.max),
            embedding: weights.embedding,
            positionEmbedding: weights.positions,
            head: weights.head,
            outputNorm: weights.outputNorm,
            outputNormBias: weights.outputNormBias,
            kvFormat: cache.format.kernelFormat,
            cacheBase: cache.layerBase(0),
            cacheLayerByteCount: cache.blockCount * cache.layerBlockByteCount,
            cacheBlockByteCount: cache.layerBlockByteCount,
            cacheHeadByteCount: cache.headByteCount,
            cacheRowByteCount: cache.rowByteCount,
            x: floats(layout.x),
            y: floats(layout.y),
            activations: ActivationRows(floats: raw(layout.activationFloats), bytes: raw(layout.activationBytes)),
            qkv: floats(layout.qkv),
            attention: floats(layout.attention),
            hidden: floats(layout.hidden),
            logits: floats(layout.logits),
            cosines: floats(layout.cosines),
            sines: floats(layout.sines),
            strides: layout.strides,
            workers: workers,
            privateRowLimit: layout.privateRowCount,
            attentionRowCount: layout.attentionRowCount,
            maximumRowCount: layout.rowCount,
            threadCount: layout.workers.count,
            tokens: pointer(layout.tokens),
            positions: pointer(layout.positions),
            cacheOffsets: pointer(layout.cacheOffsets),
            logitRows: pointer(layout.logitRows),
            tiles: pointer(layout.tiles),
            blocks: nil
        )
    }

    private func raw(_ offset: Int) -> UnsafeMutableRawPointer { buffer.base + offset }

    /// Every part of the buffer is bound to one type only.
    private func pointer<Value>(_ offset: Int) -> UnsafeMutablePointer<Value> {
        raw(offset).assumingMemoryBound(to: Value.self)
    }
}
