internal import CMartletKernels

/// Neighbouring texts of a batch that one worker reads alone, without a barrier.
struct EncoderGroup {
    var firstRow: Int
    var rowCount: Int
    var firstTile: Int
    var tileCount: Int

    /// Rows of a group: their insides stay in a core's second-level cache.
    private static let rowCount = 128
    /// Fewer rows for each worker are read by all workers together.
    private static let leastRowCount = 32
    /// By how much a worker may come to more than its share before all work together instead.
    private static let tolerance = 1.125

    /// Shares a batch out; empty where it can't be done evenly.
    ///
    /// - Parameters:
    ///   - texts: Each text's rows, in order and without gaps.
    ///   - tileEnds: Where each text's tiles end.
    static func groups(texts: [Range<Int>], tileEnds: [Int], workerCount: Int) -> [EncoderGroup] {
        let total = texts.last?.upperBound ?? 0
        guard workerCount > 1, texts.count >= workerCount, total >= workerCount * leastRowCount else { return [] }
        let rounds = (total + workerCount * rowCount - 1) / (workerCount * rowCount)
        let count = rounds * workerCount
        var groups: [EncoderGroup] = []
        var start = 0
        var firstTile = 0
        for (index, text) in texts.enumerated() {
            // A text belongs to the group in whose share its middle lies.
            let middle = index + 1 < texts.count ? texts[index + 1].lowerBound + texts[index + 1].count / 2 : .max
            guard middle >= (groups.count + 1) * total / count else { continue }
            groups.append(
                EncoderGroup(
                    firstRow: start,
                    rowCount: text.upperBound - start,
                    firstTile: firstTile,
                    tileCount: tileEnds[index] - firstTile
                )
            )
            start = text.upperBound
            firstTile = tileEnds[index]
        }
        let largest = groups.reduce(0) { max($0, $1.rowCount) }
        let most = largest * ((groups.count + workerCount - 1) / workerCount)
        return Double(most * workerCount) <= Double(total) * tolerance ? groups : []
    }
}

extension EncoderContext {
    /// The part of the batch that a group is, as a batch of its own.
    func part(_ group: EncoderGroup) -> EncoderContext {
        var part = self
        let row = group.firstRow
        part.x += row * strides.x
        part.y += row * strides.x
        part.activations.floats += row * activationStrides.floats
        part.activations.bytes += row * activationStrides.bytes
        part.residues += row * activationStrides.residues
        part.qkv += row * strides.qkv
        part.keys += row * headWidth
        part.values += row * headWidth
        part.attention += row * strides.attention
        part.hidden += row * strides.hidden
        part.tokens += row
        part.types += row
        part.positions += row
        part.isShort += row
        part.tiles += group.firstTile
        part.firstRow = row
        part.rowCount = group.rowCount
        part.tileCount = group.tileCount
        return part
    }
}
