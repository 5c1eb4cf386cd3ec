import CMartletKernels
import Foundation

/// A random attention problem over several tiles, solved by a table of kernels or by its definition.
struct AttentionProblem {
    var format: martlet_kv_format
    var width: Int
    var rows: Int
    var positions: Int
    var softCap: Float = 0
    var queryScale: Float = 1

    var queries: [Float] = []
    var keys: [Float] = []
    var values: [Float] = []
    /// Per row: the visible positions of the whole context.
    var visible: [Range<Int>] = []
    /// Per row: what is added to each position's score, with room for a whole tile behind the last; empty for nothing.
    var biases: [[Float]] = []

    var rowByteCount: Int { martlet_kv_row_bytes(format, width) }
    var scale: Float { 1 / Float(width).squareRoot() }
    /// Queries lie apart, as heads of one token do in a step.
    var queryStride: Int { width + 8 }

    init(
        format: martlet_kv_format,
        width: Int,
        rows: Int,
        positions: Int,
        softCap: Float = 0,
        queryScale: Float = 1,
        seed: UInt64
    ) {
        self.format = format
        self.width = width
        self.rows = rows
        self.positions = positions
        self.softCap = softCap
        self.queryScale = queryScale
        var generator = SeededGenerator(state: seed)
        queries = generator.normals(rows * (width + 8), deviation: queryScale)
        keys = generator.normals(positions * width)
        values = generator.normals(positions * width)
        visible = (0..<rows).map { row in
            switch row % 4 {
            case 0: 0..<positions
            case 1: 0..<Int.random(in: 1...positions, using: &generator)
            case 2: Int.random(in: 0..<positions, using: &generator)..<positions
            default:  // a window that may lie in one tile only
                Self.window(in: positions, using: &generator)
            }
        }
    }

    static func window(in positions: Int, using generator: inout SeededGenerator) -> Range<Int> {
        let first = Int.random(in: 0..<positions, using: &generator)
        return first..<min(positions, first + Int.random(in: 1...9, using: &generator))
    }

    /// The same problem with something added to each score.
    func biased(seed: UInt64) -> AttentionProblem {
        var generator = SeededGenerator(state: seed)
        var problem = self
        problem.biases = (0..<rows).map { _ in generator.normals(positions + Int(MARTLET_ATTENTION_POSITIONS)) }
        return problem
    }

    /// The rows of a cache as `table` writes them.
    func stored(_ floats: [Float], by table: martlet_kernels) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: positions * rowByteCount)
        floats.withUnsafeBufferPointer { source in
            bytes.withUnsafeMutableBytes { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                for position in 0..<positions {
                    table.store_kv(format, from + position * width, to + position * rowByteCount, width)
                }
            }
        }
        return bytes
    }

    /// The floats that a cache stands for.
    func read(_ bytes: [UInt8]) -> [Float] {
        var floats = [Float](repeating: 0, count: positions * width)
        let weights =
            switch format {
            case MARTLET_KV_F32: MARTLET_F32
            case MARTLET_KV_F16: MARTLET_F16
            default: MARTLET_Q8_0
            }
        availableKernels()[0].dequantize(weights, bytes, &floats, floats.count)
        return floats
    }

    /// Running maximum, sum and output after all tiles of `tileLength` positions.
    func solve(by table: martlet_kernels, tileLength: Int = 64) -> (maximum: [Float], sum: [Float], output: [Float]) {
        let reference = availableKernels()[0]
        let keyBytes = stored(keys, by: reference)
        let valueBytes = stored(values, by: reference)
        var maximum = [Float](repeating: -.infinity, count: rows)
        var sum = [Float](repeating: 0, count: rows)
        var output = [Float](repeating: 0, count: rows * width)
        let scratchCount = martlet_attention_scratch_floats(rows, width)
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: scratchCount * 4, alignment: 64)
        defer { scratch.deallocate() }
        let biasLength = positions + Int(MARTLET_ATTENTION_POSITIONS)
        let biasRows = UnsafeMutablePointer<Float>.allocate(capacity: max(1, rows * biasLength))
        defer { biasRows.deallocate() }
        biasRows.initialize(repeating: 0, count: max(1, rows * biasLength))
        let biasPointers = UnsafeMutablePointer<UnsafePointer<Float>?>.allocate(capacity: max(1, rows))
        defer { biasPointers.deallocate() }
        for (row, bias) in biases.enumerated() { (biasRows + row * biasLength).update(from: bias, count: biasLength) }
        for start in stride(from: 0, to: positions, by: tileLength) {
            let count = min(tileLength, positions - start)
            let first = visible.map { Int32($0.lowerBound - start) }
            let last = visible.map { Int32($0.upperBound - start) }
            for row in 0..<rows { biasPointers[row] = UnsafePointer(biasRows + row * biasLength + start) }
            keyBytes.withUnsafeBytes { key in
                valueBytes.withUnsafeBytes { value in
                    queries.withUnsafeBufferPointer { query in
                        first.withUnsafeBufferPointer { first in
                            last.withUnsafeBufferPointer { last in
                                var tile = martlet_attention_tile()
                                tile.format = format
                                tile.width = width
                                tile.queries = query.baseAddress
                                tile.query_stride = queryStride
                                tile.rows = rows
                                tile.keys = key.baseAddress.map { $0 + start * rowByteCount }
                                tile.values = value.baseAddress.map { $0 + start * rowByteCount }
                                tile.positions = count
                                tile.first = first.baseAddress
                                tile.last = last.baseAddress
                                tile.scale = scale
                                tile.soft_cap = softCap
                                tile.scratch = scratch.assumingMemoryBound(to: Float.self)
                                tile.biases = biases.isEmpty ? nil : UnsafePointer(biasPointers)
                                maximum.withUnsafeMutableBufferPointer { maximum in
                                    sum.withUnsafeMutableBufferPointer { sum in
                                        output.withUnsafeMutableBufferPointer { output in
                                            tile.maximum = maximum.baseAddress
                                            tile.sum = sum.baseAddress
                                            tile.output = output.baseAddress
                                            table.attention(&tile)
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return (maximum, sum, output)
    }

    /// softmax(scale q k) v by its definition, in double precision.
    func definition() -> [Float] {
        let keys = read(stored(keys, by: availableKernels()[0]))
        let values = read(stored(values, by: availableKernels()[0]))
        var output: [Float] = []
        for row in 0..<rows {
            let scores = visible[row].map { position in
                var dot = 0.0
                for i in 0..<width {
                    dot += Double(queries[row * queryStride + i]) * Double(keys[position * width + i])
                }
                let score = dot * Double(scale)
                let capped = softCap > 0 ? Double(softCap) * tanh(score / Double(softCap)) : score
                return biases.isEmpty ? capped : capped + Double(biases[row][position])
            }
            let greatest = scores.max() ?? 0
            let weights = scores.map { exp($0 - greatest) }
            let total = weights.reduce(0, +)
            for i in 0..<width {
                var value = 0.0
                for (weight, position) in zip(weights, visible[row]) {
                    value += weight / total * Double(values[position * width + i])
                }
                output.append(Float(value))
            }
        }
        return output
    }
}
