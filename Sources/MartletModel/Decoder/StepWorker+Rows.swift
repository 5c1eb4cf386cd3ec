internal import CMartletKernels

extension StepWorker {
    /// The residual row behind the i-th row at hand.
    @inline(__always)
    private func residual(_ i: Int) -> UnsafeMutablePointer<Float> {
        let stride = context.pointee.strides.x
        if rows.isPrivate { return memory.pointee.x + i * stride }
        return context.pointee.x + (rows.selection.map { Int($0[i]) } ?? i) * stride
    }

    /// Where this part's inputs are: the worker's own or the shared rows.
    @inline(__always)
    var activations: ActivationRows {
        rows.isPrivate ? memory.pointee.activations : context.pointee.activations
    }

    /// Runs `body` for every row at hand, alone or with the others; shared rows end at a barrier.
    @inline(__always)
    private func forEachRow(_ body: (Int) -> Void) {
        if rows.isPrivate {
            for i in 0..<rows.count { body(i) }
            return
        }
        // A few rows at a time keep the counter quiet; 8 KiB rows make this some microseconds of work.
        let span = max(1, min(8, rows.count / (member.count * 4)))
        while true {
            let start = member.takeUnit() * span
            guard start < rows.count else { break }
            for i in start..<min(start + span, rows.count) { body(i) }
        }
        member.meet()
    }

    /// Starts the residual stream: the tokens' embeddings, scaled, plus learned positions.
    func embed() {
        let c = context
        forEachRow { i in
            let x = residual(i)
            load(c.pointee.embedding, row: Int(c.pointee.tokens[i]), into: x)
            if c.pointee.embeddingScale != 1 { kernels.pointee.scale(c.pointee.embeddingScale, c.pointee.width, x) }
            if let positions = c.pointee.positionEmbedding {
                // `y` isn't in use before the first product; rows of private steps go through the worker's own memory.
                let scratch = rows.isPrivate ? memory.pointee.rowScratch : c.pointee.y + i * c.pointee.strides.x
                load(positions, row: Int(c.pointee.positions[i]), into: scratch)
                kernels.pointee.add(scratch, c.pointee.width, x)
            }
        }
    }

    @inline(__always)
    private func load(_ matrix: Matrix, row: Int, into destination: UnsafeMutablePointer<Float>) {
        kernels.pointee.dequantize(
            matrix.format,
            matrix.weights + row * matrix.rowByteCount,
            destination,
            matrix.columnCount
        )
    }

    /// Adds what is pending to the residual rows, norms them, and makes them inputs of `kinds`.
    func prepare(
        _ pending: Pending,
        norm: (weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?),
        kinds: ActivationKinds
    ) {
        let c = context
        let width = c.pointee.width
        let epsilon = c.pointee.normEpsilon
        let target = activations
        let floatStride = martlet_activation_row_bytes(MARTLET_ACTIVATION_F32, width)
        let byteStride = kinds.contains(.q8) ? martlet_activation_row_bytes(MARTLET_ACTIVATION_Q8, width) : 0
        forEachRow { i in
            let x = residual(i)
            let row = (target.floats + i * floatStride).assumingMemoryBound(to: Float.self)
            if pending.isThere {
                let y = UnsafePointer(c.pointee.y + i * c.pointee.strides.x)
                if pending.bias != nil || pending.norm != nil {
                    row.update(from: y, count: width)
                    if let bias = pending.bias { kernels.pointee.add(bias, width, row) }
                    if let norm = pending.norm { kernels.pointee.rms_norm(row, norm, width, epsilon, row) }
                    kernels.pointee.add(row, width, x)
                } else {
                    kernels.pointee.add(y, width, x)
                }
            }
            if c.pointee.usesLayerNorm {
                kernels.pointee.layer_norm(x, norm.weight, norm.bias, width, epsilon, row)
            } else {
                kernels.pointee.rms_norm(x, norm.weight, width, epsilon, row)
            }
            if kinds.contains(.q8) {
                kernels.pointee.quantize_activation(row, width, target.bytes + i * byteStride)
            }
        }
    }

    /// Makes rows of floats inputs of `kinds`.
    ///
    /// - Parameter isSelected: Whether the source has a row for every row of the step rather than for every one at hand.
    func prepareFloats(
        _ source: UnsafeMutablePointer<Float>,
        stride: Int,
        count: Int,
        kinds: ActivationKinds,
        isSelected: Bool
    ) {
        let target = activations
        let floatStride = martlet_activation_row_bytes(MARTLET_ACTIVATION_F32, count)
        let byteStride = kinds.contains(.q8) ? martlet_activation_row_bytes(MARTLET_ACTIVATION_Q8, count) : 0
        let selection = isSelected ? rows.selection : nil
        forEachRow { i in
            let row = UnsafePointer(source + (selection.map { Int($0[i]) } ?? i) * stride)
            if kinds.contains(.q8) {
                kernels.pointee.quantize_activation(row, count, target.bytes + i * byteStride)
            }
            if kinds.contains(.f32) {
                (target.floats + i * floatStride).assumingMemoryBound(to: Float.self).update(from: row, count: count)
            }
        }
    }
}

extension WorkerMemory {
    /// A row of scratch before the first product: the floats of the worker's own inputs.
    @inline(__always)
    fileprivate var rowScratch: UnsafeMutablePointer<Float> {
        activations.floats.assumingMemoryBound(to: Float.self)
    }
}
