internal import CMartletKernels

extension EncoderWorker {
    /// A norm's weight and bias.
    typealias Norm = (weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?)

    /// Runs `body` for every row, shared out, and ends at a barrier.
    @inline(__always)
    private func forEachRow(_ body: (Int) -> Void) {
        let count = context.pointee.rowCount
        let span = max(1, min(8, count / (member.count * 4)))
        while true {
            let start = member.takeUnit() * span
            guard start < count else { break }
            for row in start..<min(start + span, count) { body(row) }
        }
        member.meet()
    }

    /// Starts the rows: embeddings of token, segment and position, normed in families that norm last.
    func embed(norm: Norm?, kinds: ActivationKinds) {
        let c = context
        let width = c.pointee.width
        forEachRow { row in
            let x = c.pointee.x + row * c.pointee.strides.x
            let scratch = c.pointee.y + row * c.pointee.strides.x
            load(c.pointee.embedding, row: Int(c.pointee.tokens[row]), into: x)
            if let types = c.pointee.tokenTypes {
                load(types, row: Int(c.pointee.types[row]), into: scratch)
                kernels.pointee.add(scratch, width, x)
            }
            if let positions = c.pointee.positionEmbedding {
                load(positions, row: Int(c.pointee.positions[row]), into: scratch)
                kernels.pointee.add(scratch, width, x)
            }
            if let weight = c.pointee.embeddingNorm {
                applyNorm((weight, c.pointee.embeddingNormBias), from: x, to: x)
            }
            makeInput(of: x, row: row, norm: norm, kinds: kinds)
        }
    }

    /// Adds the last product to the rows and makes them the next one's input.
    ///
    /// - Parameters:
    ///   - norm: Of the sum: the row itself in families that norm last, else what the next product reads.
    ///   - keepsNorm: Whether the normed sum is the row itself in any case.
    func join(bias: UnsafePointer<Float>?, norm: Norm?, kinds: ActivationKinds, keepsNorm: Bool = false) {
        let c = context
        let width = c.pointee.width
        forEachRow { row in
            let x = c.pointee.x + row * c.pointee.strides.x
            kernels.pointee.add(c.pointee.y + row * c.pointee.strides.x, width, x)
            if let bias { kernels.pointee.add(bias, width, x) }
            if c.pointee.normsFirst && !keepsNorm {
                makeInput(of: x, row: row, norm: norm, kinds: kinds)
            } else {
                if let norm { applyNorm(norm, from: x, to: x) }
                makeInput(of: x, row: row, norm: nil, kinds: kinds)
            }
        }
    }

    /// Makes rows of floats inputs of `kinds`.
    func prepare(_ source: UnsafeMutablePointer<Float>, stride: Int, count: Int, kinds: ActivationKinds) {
        forEachRow { row in store(source + row * stride, row: row, count: count, kinds: kinds) }
    }

    /// The input of products that read a row, normed or as it is.
    @inline(__always)
    private func makeInput(of x: UnsafeMutablePointer<Float>, row: Int, norm: Norm?, kinds: ActivationKinds) {
        let width = context.pointee.width
        guard !kinds.isEmpty else { return }
        guard let norm else { return store(x, row: row, count: width, kinds: kinds) }
        let floats =
            context.pointee.activations.floats
            + row * martlet_activation_row_bytes(MARTLET_ACTIVATION_F32, width)
        let normed = floats.assumingMemoryBound(to: Float.self)
        applyNorm(norm, from: x, to: normed)
        store(normed, row: row, count: width, kinds: kinds.subtracting(.f32))
    }

    @inline(__always)
    private func store(_ source: UnsafeMutablePointer<Float>, row: Int, count: Int, kinds: ActivationKinds) {
        let target = context.pointee.activations
        if kinds.contains(.q8) {
            let residues = context.pointee.residues + row * RowProduct.BytesKind.residue.stride(of: count)
            martlet_quantize_activation_apart(
                kernels,
                source,
                count,
                target.bytes + row * RowProduct.BytesKind.apart.stride(of: count),
                context.pointee.isShort[row] ? residues : nil,
                memory.pointee.matmulScratch.assumingMemoryBound(to: Float.self)
            )
        }
        if kinds.contains(.f32) {
            let stride = martlet_activation_row_bytes(MARTLET_ACTIVATION_F32, count)
            (target.floats + row * stride).assumingMemoryBound(to: Float.self).update(from: source, count: count)
        }
    }

    @inline(__always)
    private func applyNorm(_ norm: Norm, from x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>) {
        let c = context
        if c.pointee.usesLayerNorm {
            kernels.pointee.layer_norm(x, norm.weight, norm.bias, c.pointee.width, c.pointee.normEpsilon, y)
        } else {
            kernels.pointee.rms_norm(x, norm.weight, c.pointee.width, c.pointee.normEpsilon, y)
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
}
