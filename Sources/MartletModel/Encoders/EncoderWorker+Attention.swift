internal import CMartletKernels

extension EncoderWorker {
    /// Attention of all rows, each to its whole text: a unit is some rows of one text with one head.
    func attend() {
        let c = context
        let headCount = c.pointee.headCount
        while true {
            let unit = member.takeUnit()
            guard unit < c.pointee.tileCount * headCount else { return }
            attend(c.pointee.tiles[unit / headCount], head: unit % headCount)
        }
    }

    private func attend(_ tile: EncoderTile, head: Int) {
        let c = context
        let width = c.pointee.headWidth
        let rowCount = Int(tile.rowCount)
        let firstRow = Int(tile.firstRow) - c.pointee.firstRow
        let textStart = Int(tile.textStart) - c.pointee.firstRow
        let length = Int(tile.textEnd - tile.textStart)
        memory.pointee.outputs.update(repeating: 0, count: rowCount * width)
        memory.pointee.maxima.update(repeating: -.infinity, count: rowCount)
        memory.pointee.sums.update(repeating: 0, count: rowCount)
        memory.pointee.first.update(repeating: 0, count: rowCount)

        var operation = martlet_attention_tile()
        operation.format = MARTLET_KV_F32
        operation.width = width
        operation.queries = UnsafePointer(c.pointee.qkv + firstRow * c.pointee.strides.qkv + head * width)
        operation.query_stride = c.pointee.strides.qkv
        operation.rows = rowCount
        operation.first = UnsafePointer(memory.pointee.first)
        operation.last = UnsafePointer(memory.pointee.last)
        operation.scale = c.pointee.attentionScale
        operation.maximum = memory.pointee.maxima
        operation.sum = memory.pointee.sums
        operation.output = memory.pointee.outputs
        operation.scratch = memory.pointee.attentionScratch
        let biases = c.pointee.biasPointers + member.index * c.pointee.attentionRowCount
        operation.biases = c.pointee.relativeBias == nil ? nil : UnsafePointer(biases)

        let base = (head * c.pointee.maximumRowCount + textStart) * width
        let block = Int(MARTLET_ATTENTION_POSITIONS)
        for start in stride(from: 0, to: length, by: block) {
            let count = min(block, length - start)
            memory.pointee.last.update(repeating: Int32(count), count: rowCount)
            if let table = c.pointee.relativeBias {
                // The row of distances, from the one between this query and the tile's first key on.
                let middle = table + head * c.pointee.relativeBiasStride + c.pointee.relativeReach
                for row in 0..<rowCount { biases[row] = middle + (start - (firstRow - textStart + row)) }
            }
            operation.keys = UnsafeRawPointer(c.pointee.keys + base + start * width)
            operation.values = UnsafeRawPointer(c.pointee.values + base + start * width)
            operation.positions = count
            kernels.pointee.attention(&operation)
        }
        for row in 0..<rowCount {
            let values = memory.pointee.outputs + row * width
            kernels.pointee.scale(1 / memory.pointee.sums[row], width, values)
            (c.pointee.attention + (firstRow + row) * c.pointee.strides.attention + head * width)
                .update(from: values, count: width)
        }
    }
}
