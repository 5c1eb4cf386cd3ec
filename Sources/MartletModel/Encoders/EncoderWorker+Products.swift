internal import CMartletKernels

extension EncoderWorker {
    /// Products of all rows with a matrix.
    @inline(__always)
    private var product: RowProduct {
        RowProduct(
            kernels: kernels,
            activations: context.pointee.activations,
            bytesKind: .apart,
            rowCount: context.pointee.rowCount,
            scratch: memory.pointee.matmulScratch
        )
    }

    /// W x for all rows and some rows of W; those of short texts get what their bytes leave out added.
    @inline(__always)
    private func multiply(
        _ matrix: Matrix,
        rows range: Range<Int>,
        to output: UnsafeMutablePointer<Float>,
        stride: Int
    ) {
        product.multiply(matrix, rows: range, to: output, stride: stride)
        let c = context
        guard matrix.activation == .q8 else { return }
        for index in 0..<c.pointee.shortRunCount {
            let run = c.pointee.shortRuns[index]
            let start = max(Int(run.firstRow) - c.pointee.firstRow, 0)
            let end = min(Int(run.firstRow + run.rowCount) - c.pointee.firstRow, c.pointee.rowCount)
            guard start < end else { continue }
            var rows = c.pointee.activations
            rows.bytes = c.pointee.residues + start * RowProduct.BytesKind.residue.stride(of: matrix.columnCount)
            RowProduct(
                kernels: kernels,
                activations: rows,
                bytesKind: .residue,
                rowCount: end - start,
                scratch: memory.pointee.matmulScratch
            )
            .multiply(matrix, rows: range, to: output + start * stride, stride: stride)
        }
    }

    /// y = W x.
    func project(_ matrix: Matrix) {
        let c = context
        let unit = product.unit(of: matrix.rowCount, workers: member.count, limit: 1024)
        while true {
            let start = member.takeUnit() * unit
            guard start < matrix.rowCount else { return }
            multiply(
                matrix,
                rows: start..<min(start + unit, matrix.rowCount),
                to: c.pointee.y + start,
                stride: c.pointee.strides.x
            )
        }
    }

    /// hidden = activation(gate) * up, or activation(up).
    func expand(_ layer: UnsafePointer<EncoderLayer>) {
        let c = context
        let total = c.pointee.feedForwardWidth
        let stride = c.pointee.strides.hidden
        let rowCount = c.pointee.rowCount
        // `up` has room for `expandRowCount` values of each of the batch's most rows; fewer rows may be longer.
        let room = StepLimits.expandRowCount * (c.pointee.maximumRowCount / rowCount)
        let unit = product.unit(of: total, workers: member.count, limit: room)
        while true {
            let start = member.takeUnit() * unit
            guard start < total else { return }
            let range = start..<min(start + unit, total)
            let hidden = c.pointee.hidden + start
            let up = layer.pointee.gate == nil ? hidden : memory.pointee.up
            let upStride = layer.pointee.gate == nil ? stride : unit
            if let gate = layer.pointee.gate { multiply(gate, rows: range, to: hidden, stride: stride) }
            multiply(layer.pointee.up, rows: range, to: up, stride: upStride)
            for row in 0..<rowCount {
                let values = up + row * upStride
                if let bias = layer.pointee.upBias { kernels.pointee.add(bias + start, range.count, values) }
                switch c.pointee.feedForward {
                case .gelu: kernels.pointee.gelu_exact(values, range.count)
                case .relu: kernels.pointee.relu(values, range.count)
                case .gatedSiLU: kernels.pointee.silu_multiply(hidden + row * stride, values, range.count)
                case .gatedGELU: kernels.pointee.gelu_multiply(hidden + row * stride, values, range.count)
                }
            }
        }
    }

    /// Queries, keys and values; a unit is some whole heads, finished while they are warm.
    func projectQKV(_ layer: UnsafePointer<EncoderLayer>) {
        let c = context
        let width = c.pointee.headWidth
        let headCount = c.pointee.headCount
        let unit = product.unit(ofHeads: headCount, width: width, parts: 3, workers: member.count)
        let unitsOfPart = (headCount + unit - 1) / unit
        while true {
            let index = member.takeUnit()
            guard index < 3 * unitsOfPart else { return }
            let part = index / unitsOfPart
            let first = index % unitsOfPart * unit
            let heads = first..<min(first + unit, headCount)
            let matrix = part == 0 ? layer.pointee.query : part == 1 ? layer.pointee.key : layer.pointee.value
            let bias = part == 0 ? layer.pointee.queryBias : part == 1 ? layer.pointee.keyBias : layer.pointee.valueBias
            let column = (part * headCount + heads.lowerBound) * width
            multiply(
                matrix,
                rows: heads.lowerBound * width..<heads.upperBound * width,
                to: c.pointee.qkv + column,
                stride: c.pointee.strides.qkv
            )
            for row in 0..<c.pointee.rowCount {
                let values = c.pointee.qkv + row * c.pointee.strides.qkv + column
                if let bias { kernels.pointee.add(bias + heads.lowerBound * width, heads.count * width, values) }
                if part < 2 { rotate(values, heads: heads.count, row: row) }
                guard part > 0 else { continue }
                let target = part == 1 ? c.pointee.keys : c.pointee.values
                for (i, head) in heads.enumerated() {
                    (target + (head * c.pointee.maximumRowCount + row) * width)
                        .update(from: values + i * width, count: width)
                }
            }
        }
    }

    @inline(__always)
    private func rotate(_ values: UnsafeMutablePointer<Float>, heads: Int, row: Int) {
        let c = context
        guard c.pointee.rotatedCount > 0 else { return }
        let start = Int(c.pointee.positions[row]) * c.pointee.rotatedCount / 2
        kernels.pointee.rope(
            values,
            heads,
            c.pointee.headWidth,
            c.pointee.rotatedCount,
            c.pointee.cosines + start,
            c.pointee.sines + start,
            false
        )
    }
}
