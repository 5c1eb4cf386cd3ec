internal import CMartletKernels

extension StepBuffers {
    /// Where each part of a step's memory lies, as offsets in bytes.
    struct Layout {
        let x, y, activationFloats, activationBytes, qkv, attention, hidden, logits, cosines, sines: Int
        let tokens, positions, cacheOffsets, logitRows, tiles: Int
        let strides: Strides
        let workers: [WorkerLayout]
        let rowCount, privateRowCount, attentionRowCount: Int
        let byteCount: Int

        init(
            configuration: DecoderConfiguration,
            matrices: [Matrix],
            rowCount: Int,
            logitRowCount: Int,
            privateRowCount: Int,
            attentionRowCount: Int,
            threadCount: Int
        ) throws(ModelError) {
            let headsWidth = configuration.headCount * configuration.headWidth
            strides = Strides(
                x: padded(configuration.width),
                qkv: padded(headsWidth + 2 * configuration.kvHeadCount * configuration.headWidth),
                attention: padded(headsWidth),
                hidden: padded(configuration.feedForwardWidth)
            )
            self.rowCount = rowCount
            self.privateRowCount = privateRowCount
            self.attentionRowCount = attentionRowCount
            let inputs = InputSizes(matrices, width: configuration.width)

            var plan = BufferPlan()
            x = try plan.reserve(rowCount * strides.x, of: Float.self)
            y = try plan.reserve(rowCount * strides.x, of: Float.self)
            activationFloats = try plan.reserve(rowCount * inputs.floatByteCount, of: UInt8.self)
            activationBytes = try plan.reserve(rowCount * inputs.q8ByteCount, of: UInt8.self)
            qkv = try plan.reserve(rowCount * strides.qkv, of: Float.self)
            attention = try plan.reserve(rowCount * strides.attention, of: Float.self)
            hidden = try plan.reserve(rowCount * strides.hidden, of: Float.self)
            logits = try plan.reserve(logitRowCount * configuration.vocabularyCount, of: Float.self)
            let angleCount = 2 * rowCount * (configuration.rotary?.rotatedCount ?? 0) / 2
            cosines = try plan.reserve(angleCount, of: Float.self)
            sines = try plan.reserve(angleCount, of: Float.self)
            tokens = try plan.reserve(rowCount, of: Int32.self)
            positions = try plan.reserve(rowCount, of: Int32.self)
            cacheOffsets = try plan.reserve(rowCount, of: Int.self)
            logitRows = try plan.reserve(logitRowCount, of: Int32.self)
            tiles = try plan.reserve(rowCount, of: AttentionRows.self)
            var workers: [WorkerLayout] = []
            for _ in 0..<threadCount {
                workers.append(
                    try WorkerLayout(
                        in: &plan,
                        privateFloatCount: privateRowCount * strides.x,
                        privateInputs: (privateRowCount * inputs.floatByteCount, privateRowCount * inputs.q8ByteCount),
                        upCount: rowCount * StepLimits.expandRowCount,
                        scratchByteCount: inputs.scratchByteCount,
                        attentionRowCount: attentionRowCount,
                        headWidth: configuration.headWidth
                    )
                )
            }
            self.workers = workers
            byteCount = plan.byteCount
        }
    }

    /// The same for one worker's own memory.
    struct WorkerLayout {
        let x, activationFloats, activationBytes, up, matmulScratch: Int
        let queries, outputs, maxima, sums, first, last, attentionScratch: Int

        init(
            in plan: inout BufferPlan,
            privateFloatCount: Int,
            privateInputs: (floats: Int, bytes: Int),
            upCount: Int,
            scratchByteCount: Int,
            attentionRowCount: Int,
            headWidth: Int
        ) throws(ModelError) {
            x = try plan.reserve(privateFloatCount, of: Float.self)
            activationFloats = try plan.reserve(privateInputs.floats, of: UInt8.self)
            activationBytes = try plan.reserve(privateInputs.bytes, of: UInt8.self)
            up = try plan.reserve(upCount, of: Float.self)
            matmulScratch = try plan.reserve(scratchByteCount, of: UInt8.self)
            queries = try plan.reserve(attentionRowCount * headWidth, of: Float.self)
            outputs = try plan.reserve(attentionRowCount * headWidth, of: Float.self)
            maxima = try plan.reserve(attentionRowCount, of: Float.self)
            sums = try plan.reserve(attentionRowCount, of: Float.self)
            first = try plan.reserve(attentionRowCount, of: Int32.self)
            last = try plan.reserve(attentionRowCount, of: Int32.self)
            attentionScratch = try plan.reserve(
                martlet_attention_scratch_floats(attentionRowCount, headWidth),
                of: Float.self
            )
        }

        func memory(at base: UnsafeMutableRawPointer) -> WorkerMemory {
            func floats(_ offset: Int) -> UnsafeMutablePointer<Float> {
                (base + offset).assumingMemoryBound(to: Float.self)
            }
            return WorkerMemory(
                x: floats(x),
                activations: ActivationRows(floats: base + activationFloats, bytes: base + activationBytes),
                up: floats(up),
                matmulScratch: base + matmulScratch,
                queries: floats(queries),
                outputs: floats(outputs),
                maxima: floats(maxima),
                sums: floats(sums),
                first: (base + first).assumingMemoryBound(to: Int32.self),
                last: (base + last).assumingMemoryBound(to: Int32.self),
                attentionScratch: floats(attentionScratch)
            )
        }
    }
}

/// The largest input rows and scratch that any product asks for.
struct InputSizes {
    var floatByteCount: Int
    var q8ByteCount = 0
    /// Enough for a product, and for an input row of floats.
    var scratchByteCount = 0

    init(_ matrices: [Matrix], width: Int, bytesKind: RowProduct.BytesKind = .plain) {
        floatByteCount = martlet_activation_row_bytes(MARTLET_ACTIVATION_F32, width)
        for matrix in matrices {
            let rowByteCount = matrix.columnCount * MemoryLayout<Float>.stride
            scratchByteCount = max(scratchByteCount, matrix.scratchByteCount, rowByteCount)
            if matrix.activation == .q8 {
                q8ByteCount = max(q8ByteCount, bytesKind.stride(of: matrix.columnCount))
            } else {
                floatByteCount = max(
                    floatByteCount,
                    martlet_activation_row_bytes(MARTLET_ACTIVATION_F32, matrix.columnCount)
                )
            }
        }
    }
}

/// A row of floats padded to whole lines of 64 bytes.
func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
