internal import CMartletKernels

extension StepWorker {
    /// Products of the rows at hand with a matrix.
    @inline(__always)
    private var product: RowProduct {
        RowProduct(
            kernels: kernels,
            activations: activations,
            rowCount: rows.count,
            scratch: memory.pointee.matmulScratch
        )
    }

    /// y = W x for all rows at hand; a unit's part of the result is soft-capped while it is warm.
    func project(_ matrix: Matrix, to output: UnsafeMutablePointer<Float>, stride: Int, softCap: Float = 0) {
        let unit = product.unit(of: matrix.rowCount, workers: member.count, limit: 1024)
        while true {
            let start = member.takeUnit() * unit
            guard start < matrix.rowCount else { return }
            let range = start..<min(start + unit, matrix.rowCount)
            product.multiply(matrix, rows: range, to: output + start, stride: stride)
            if softCap > 0 {
                for i in 0..<rows.count {
                    kernels.pointee.soft_cap(output + i * stride + start, range.count, softCap)
                }
            }
        }
    }

    /// hidden = activation(gate) * up, or activation(up).
    func expand(_ layer: UnsafePointer<LayerWeights>) {
        let c = context
        let total = c.pointee.feedForwardWidth
        let stride = c.pointee.strides.hidden
        // `up` has room for `expandRowCount` values of each of the step's most rows; fewer rows may be longer.
        let room = StepLimits.expandRowCount * (c.pointee.maximumRowCount / max(1, rows.count))
        let unit = product.unit(of: total, workers: member.count, limit: room)
        while true {
            let start = member.takeUnit() * unit
            guard start < total else { return }
            let range = start..<min(start + unit, total)
            let hidden = c.pointee.hidden + start
            guard let gate = layer.pointee.gate else {
                product.multiply(layer.pointee.up, rows: range, to: hidden, stride: stride)
                for i in 0..<rows.count {
                    let row = hidden + i * stride
                    if let bias = layer.pointee.upBias { kernels.pointee.add(bias + start, range.count, row) }
                    kernels.pointee.gelu(row, range.count)
                }
                continue
            }
            let up = memory.pointee.up
            product.multiply(gate, rows: range, to: hidden, stride: stride)
            product.multiply(layer.pointee.up, rows: range, to: up, stride: unit)
            for i in 0..<rows.count {
                let gateRow = hidden + i * stride
                let upRow = up + i * unit
                if let bias = layer.pointee.gateBias { kernels.pointee.add(bias + start, range.count, gateRow) }
                if let bias = layer.pointee.upBias { kernels.pointee.add(bias + start, range.count, upRow) }
                if c.pointee.feedForward == .gatedGELU {
                    kernels.pointee.gelu_multiply(gateRow, upRow, range.count)
                } else {
                    kernels.pointee.silu_multiply(gateRow, upRow, range.count)
                }
            }
        }
    }

    /// Queries, keys and values of all rows at hand; a unit is some whole heads, finished while they are warm.
    func projectQKV(_ layer: UnsafePointer<LayerWeights>, index: Int) {
        let c = context
        let width = c.pointee.headWidth
        let heads = c.pointee.headCount + 2 * c.pointee.kvHeadCount
        let unit = product.unit(ofHeads: heads, width: width, parts: 1, workers: member.count)
        while true {
            let start = member.takeUnit() * unit
            guard start < heads else { return }
            let range = start..<min(start + unit, heads)
            multiplyHeads(layer, range)
            for i in 0..<rows.count { finishHeads(layer, index: index, row: i, heads: range) }
        }
    }

    /// The heads' part of the three matrices.
    private func multiplyHeads(_ layer: UnsafePointer<LayerWeights>, _ heads: Range<Int>) {
        let c = context
        let width = c.pointee.headWidth
        var first = 0
        for part in 0..<3 {
            let count = part == 0 ? c.pointee.headCount : c.pointee.kvHeadCount
            let range = heads.clamped(to: first..<first + count)
            if !range.isEmpty {
                let matrix =
                    part == 0 ? layer.pointee.query : part == 1 ? layer.pointee.key : layer.pointee.value
                product.multiply(
                    matrix,
                    rows: (range.lowerBound - first) * width..<(range.upperBound - first) * width,
                    to: c.pointee.qkv + range.lowerBound * width,
                    stride: c.pointee.strides.qkv
                )
            }
            first += count
        }
    }

    /// Biases, norms and rotation of one row's heads, and the cache's writes.
    @inline(__always)
    private func finishHeads(_ layer: UnsafePointer<LayerWeights>, index: Int, row: Int, heads: Range<Int>) {
        let c = context
        let width = c.pointee.headWidth
        let headCount = c.pointee.headCount
        let rotatedHeads = headCount + c.pointee.kvHeadCount
        let base = c.pointee.qkv + row * c.pointee.strides.qkv
        let start = base + heads.lowerBound * width
        if let bias = layer.pointee.qkvBias {
            kernels.pointee.add(bias + heads.lowerBound * width, heads.count * width, start)
        }
        let turned = heads.clamped(to: 0..<rotatedHeads)
        if let queryNorm = layer.pointee.queryNorm, let keyNorm = layer.pointee.keyNorm {
            for head in turned {
                let values = base + head * width
                let norm = head < headCount ? queryNorm : keyNorm
                kernels.pointee.rms_norm(values, norm, width, c.pointee.normEpsilon, values)
            }
        }
        if c.pointee.rotatedCount > 0 && !turned.isEmpty {
            let half = c.pointee.rotatedCount / 2
            let table = c.pointee.hasSeparateWindowedRotary && layer.pointee.isWindowed ? c.pointee.maximumRowCount : 0
            kernels.pointee.rope(
                start,
                turned.count,
                width,
                c.pointee.rotatedCount,
                c.pointee.cosines + (table + row) * half,
                c.pointee.sines + (table + row) * half,
                c.pointee.isRotaryInterleaved
            )
        }
        let cache = c.pointee.cacheBase + index * c.pointee.cacheLayerByteCount + c.pointee.cacheOffsets[row]
        for head in heads.clamped(to: headCount..<headCount + 2 * c.pointee.kvHeadCount) {
            // A kv head's keys lie right before its values.
            let isValue = head >= rotatedHeads
            let slot = isValue ? 2 * (head - rotatedHeads) + 1 : 2 * (head - headCount)
            kernels.pointee.store_kv(
                c.pointee.kvFormat,
                base + head * width,
                cache + slot * c.pointee.cacheHeadByteCount,
                width
            )
        }
    }
}

/// Limits that buffers are sized by.
enum StepLimits {
    /// Rows of gate and up in one unit.
    static let expandRowCount = 128
}
