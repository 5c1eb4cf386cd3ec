internal import CMartletKernels

extension StepWorker {
    /// Attention of all rows: a unit is some rows of one sequence with some of the heads that share a kv head.
    func attend(_ layer: UnsafePointer<LayerWeights>, index: Int) {
        let c = context
        let kvHeadCount = c.pointee.kvHeadCount
        let group = c.pointee.headCount / kvHeadCount
        // Few kv heads and few rows would leave workers idle: split the heads that share one.
        let shared = c.pointee.tileCount * kvHeadCount
        let parts = min(group, max(1, (member.count + shared - 1) / shared))
        let window = layer.pointee.isWindowed ? c.pointee.slidingWindow : Int(Int32.max)
        let base = UnsafeRawPointer(c.pointee.cacheBase + index * c.pointee.cacheLayerByteCount)
        while true {
            // Long tiles come last in a prompt and are taken first, for an even end.
            let unit = member.takeUnit()
            guard unit < shared * parts else { return }
            let part = unit % parts
            let kvHead = unit / parts % kvHeadCount
            let tile = c.pointee.tileCount - 1 - unit / parts / kvHeadCount
            let heads = group * part / parts..<group * (part + 1) / parts
            attend(c.pointee.tiles[tile], kvHead: kvHead, heads: heads, window: window, cache: base)
        }
    }

    private func attend(
        _ tile: AttentionRows,
        kvHead: Int,
        heads: Range<Int>,
        window: Int,
        cache: UnsafeRawPointer
    ) {
        guard let blocks = context.pointee.blocks else { return }
        let c = context
        let width = c.pointee.headWidth
        let group = c.pointee.headCount / c.pointee.kvHeadCount
        let firstRow = Int(tile.firstRow)
        let tokenCount = Int(tile.rowCount)
        let rowCount = tokenCount * heads.count
        let firstHead = kvHead * group + heads.lowerBound
        for token in 0..<tokenCount {
            let source = c.pointee.qkv + (firstRow + token) * c.pointee.strides.qkv + firstHead * width
            (memory.pointee.queries + token * heads.count * width).update(from: source, count: heads.count * width)
        }
        memory.pointee.outputs.update(repeating: 0, count: rowCount * width)
        memory.pointee.maxima.update(repeating: -.infinity, count: rowCount)
        memory.pointee.sums.update(repeating: 0, count: rowCount)

        var operation = martlet_attention_tile()
        operation.format = c.pointee.kvFormat
        operation.width = width
        operation.queries = UnsafePointer(memory.pointee.queries)
        operation.query_stride = width
        operation.rows = rowCount
        operation.first = UnsafePointer(memory.pointee.first)
        operation.last = UnsafePointer(memory.pointee.last)
        operation.scale = c.pointee.attentionScale
        operation.soft_cap = c.pointee.attentionSoftCap
        operation.maximum = memory.pointee.maxima
        operation.sum = memory.pointee.sums
        operation.output = memory.pointee.outputs
        operation.scratch = memory.pointee.attentionScratch

        let firstPosition = Int(c.pointee.positions[firstRow])
        let end = firstPosition + tokenCount
        let begin = max(0, firstPosition - (window - 1))
        let length = KVCache.blockLength
        for block in begin / length...(end - 1) / length {
            let start = block * length
            let count = min(length, end - start)
            for token in 0..<tokenCount {
                let position = firstPosition + token
                let low = Int32(min(count, max(0, position - (window - 1) - start)))
                let high = Int32(min(count, max(0, position + 1 - start)))
                for head in 0..<heads.count {
                    memory.pointee.first[token * heads.count + head] = low
                    memory.pointee.last[token * heads.count + head] = high
                }
            }
            let keys =
                cache + Int(blocks[Int(tile.firstBlock) + block]) * c.pointee.cacheBlockByteCount
                + 2 * kvHead * c.pointee.cacheHeadByteCount
            operation.keys = keys
            operation.values = keys + c.pointee.cacheHeadByteCount
            operation.positions = count
            kernels.pointee.attention(&operation)
        }
        finish(tile, heads: firstHead..<firstHead + heads.count)
    }

    /// Divides by the softmax's denominators and puts the heads in their places.
    private func finish(_ tile: AttentionRows, heads: Range<Int>) {
        let c = context
        let width = c.pointee.headWidth
        for token in 0..<Int(tile.rowCount) {
            for head in 0..<heads.count {
                let row = token * heads.count + head
                let values = memory.pointee.outputs + row * width
                kernels.pointee.scale(1 / memory.pointee.sums[row], width, values)
            }
            let target =
                c.pointee.attention + (Int(tile.firstRow) + token) * c.pointee.strides.attention
                + heads.lowerBound * width
            target.update(
                from: memory.pointee.outputs + token * heads.count * width,
                count: heads.count * width
            )
        }
    }
}
