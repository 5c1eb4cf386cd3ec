internal import CMartletKernels

/// All memory of a batch, in one piece.
final class EncoderBuffers {
    private let buffer: AlignedBuffer
    private let workers: UnsafeMutablePointer<WorkerMemory>
    private let biasPointers: UnsafeMutablePointer<UnsafePointer<Float>?>
    private let layout: Layout

    /// Query rows that share a tile: keys are unpacked once for all of them.
    private static let attentionRowCount = 128

    /// Where each part lies, as offsets in bytes.
    private struct Layout {
        let x, y, activationFloats, activationBytes, residues, qkv, keys, values, attention, hidden, cosines, sines: Int
        let tokens, types, positions, tiles, isShort, shortRuns, relativeBias: Int
        let strides: Strides
        let relativeBiasStride: Int
        let inputs: InputSizes
        let residueByteCount: Int
        let workers: [StepBuffers.WorkerLayout]
        let byteCount: Int

        init(
            configuration: EncoderConfiguration,
            matrices: [Matrix],
            rowCount: Int,
            threadCount: Int
        ) throws(ModelError) {
            let heads = configuration.headCount * configuration.headWidth
            strides = Strides(
                x: padded(configuration.width),
                qkv: padded(3 * heads),
                attention: padded(heads),
                hidden: padded(configuration.feedForwardWidth)
            )
            inputs = InputSizes(matrices, width: configuration.width, bytesKind: .apart)
            residueByteCount = InputSizes(matrices, width: configuration.width, bytesKind: .residue).q8ByteCount
            var plan = BufferPlan()
            x = try plan.reserve(rowCount * strides.x, of: Float.self)
            y = try plan.reserve(rowCount * strides.x, of: Float.self)
            activationFloats = try plan.reserve(rowCount * inputs.floatByteCount, of: UInt8.self)
            activationBytes = try plan.reserve(rowCount * inputs.q8ByteCount, of: UInt8.self)
            residues = try plan.reserve(rowCount * residueByteCount, of: UInt8.self)
            qkv = try plan.reserve(rowCount * strides.qkv, of: Float.self)
            keys = try plan.reserve(rowCount * heads, of: Float.self)
            values = try plan.reserve(rowCount * heads, of: Float.self)
            attention = try plan.reserve(rowCount * strides.attention, of: Float.self)
            hidden = try plan.reserve(rowCount * strides.hidden, of: Float.self)
            let angleCount = configuration.contextLength * (configuration.rotary?.rotatedCount ?? 0) / 2
            cosines = try plan.reserve(angleCount, of: Float.self)
            sines = try plan.reserve(angleCount, of: Float.self)
            tokens = try plan.reserve(rowCount, of: Int32.self)
            types = try plan.reserve(rowCount, of: Int32.self)
            positions = try plan.reserve(rowCount, of: Int32.self)
            tiles = try plan.reserve(rowCount, of: EncoderTile.self)
            isShort = try plan.reserve(rowCount, of: Bool.self)
            shortRuns = try plan.reserve(rowCount, of: EncoderRun.self)
            // A tile reads whole rows of scores, also behind its text's end.
            relativeBiasStride = padded(2 * configuration.contextLength + Int(MARTLET_ATTENTION_POSITIONS))
            let biasCount = configuration.architecture.hasRelativeBias ? configuration.headCount : 0
            relativeBias = try plan.reserve(biasCount * relativeBiasStride, of: Float.self)
            var workers: [StepBuffers.WorkerLayout] = []
            for _ in 0..<threadCount {
                workers.append(
                    try StepBuffers.WorkerLayout(
                        in: &plan,
                        privateFloatCount: 0,
                        privateInputs: (0, 0),
                        upCount: rowCount * StepLimits.expandRowCount,
                        scratchByteCount: inputs.scratchByteCount,
                        attentionRowCount: EncoderBuffers.attentionRowCount,
                        headWidth: configuration.headWidth
                    )
                )
            }
            self.workers = workers
            byteCount = plan.byteCount
        }
    }

    init(
        configuration: EncoderConfiguration,
        weights: EncoderWeights,
        maximumRowCount: Int,
        threadCount: Int
    ) throws(ModelError) {
        layout = try Layout(
            configuration: configuration,
            matrices: weights.matrices,
            rowCount: maximumRowCount,
            threadCount: threadCount
        )
        buffer = try AlignedBuffer(byteCount: layout.byteCount, purpose: "the buffers of a batch")
        workers = .allocate(capacity: threadCount)
        for index in 0..<threadCount {
            (workers + index).initialize(to: layout.workers[index].memory(at: buffer.base))
        }
        biasPointers = .allocate(capacity: threadCount * Self.attentionRowCount)
        biasPointers.initialize(repeating: nil, count: threadCount * Self.attentionRowCount)
        for (head, values) in weights.relativeBias.enumerated() {
            let row: UnsafeMutablePointer<Float> = pointer(layout.relativeBias)
            let biases = RelativeBias.row(of: values, reach: configuration.contextLength - 1)
            (row + head * layout.relativeBiasStride).update(from: biases, count: biases.count)
        }
    }

    deinit {
        workers.deallocate()
        biasPointers.deallocate()
    }

    /// The workers' view of the model and these buffers.
    func context(
        configuration: EncoderConfiguration,
        weights: EncoderWeights,
        maximumRowCount: Int,
        kernels: UnsafePointer<martlet_kernels>
    ) -> EncoderContext {
        EncoderContext(
            kernels: kernels,
            // A model has at least one layer, so the layers have an address.
            layers: UnsafePointer(weights.layers.baseAddress.unsafelyUnwrapped),
            layerCount: configuration.layerCount,
            width: configuration.width,
            headCount: configuration.headCount,
            headWidth: configuration.headWidth,
            feedForwardWidth: configuration.feedForwardWidth,
            feedForward: configuration.feedForward,
            normsFirst: configuration.architecture.normsFirst,
            usesLayerNorm: configuration.architecture.usesLayerNorm,
            normEpsilon: configuration.normEpsilon,
            attentionScale: configuration.attentionScale,
            rotatedCount: configuration.rotary?.rotatedCount ?? 0,
            embedding: weights.embedding,
            tokenTypes: weights.tokenTypes,
            positionEmbedding: weights.positions,
            embeddingNorm: weights.embeddingNorm,
            embeddingNormBias: weights.embeddingNormBias,
            outputNorm: weights.outputNorm,
            relativeBias: weights.relativeBias.isEmpty ? nil : UnsafePointer(pointer(layout.relativeBias)),
            relativeBiasStride: layout.relativeBiasStride,
            relativeReach: configuration.contextLength - 1,
            x: pointer(layout.x),
            y: pointer(layout.y),
            activations: ActivationRows(
                floats: buffer.base + layout.activationFloats,
                bytes: buffer.base + layout.activationBytes
            ),
            residues: buffer.base + layout.residues,
            activationStrides: (layout.inputs.floatByteCount, layout.inputs.q8ByteCount, layout.residueByteCount),
            qkv: pointer(layout.qkv),
            keys: pointer(layout.keys),
            values: pointer(layout.values),
            attention: pointer(layout.attention),
            hidden: pointer(layout.hidden),
            cosines: pointer(layout.cosines),
            sines: pointer(layout.sines),
            strides: layout.strides,
            workers: workers,
            biasPointers: biasPointers,
            attentionRowCount: Self.attentionRowCount,
            maximumRowCount: maximumRowCount,
            tokens: pointer(layout.tokens),
            types: pointer(layout.types),
            positions: pointer(layout.positions),
            tiles: pointer(layout.tiles),
            isShort: pointer(layout.isShort),
            shortRuns: pointer(layout.shortRuns)
        )
    }

    /// Every part of the buffer is bound to one type only.
    private func pointer<Value>(_ offset: Int) -> UnsafeMutablePointer<Value> {
        (buffer.base + offset).assumingMemoryBound(to: Value.self)
    }
}
