internal import CMartletKernels

/// A copy of a small encoder's matrices as the kernels unpack them for a product, made once.
///
/// A product unpacks every weight again. Beside thousands of rows that costs nothing; beside the twenty of a lone sentence
/// it costs as much as half the product.
final class UnpackedMatrices {
    private let buffer: AlignedBuffer

    /// Where one matrix goes.
    private struct Part {
        let matrix: Matrix
        let offset: Int
        let tileByteCount: Int
        var tileCount: Int { (matrix.rowCount + Int(MARTLET_ROW_TILE) - 1) / Int(MARTLET_ROW_TILE) }
    }

    /// The workers' view of the copying.
    private struct Job {
        let kernels: UnsafePointer<martlet_kernels>
        let parts: UnsafeBufferPointer<Part>
        let base: UnsafeMutableRawPointer
    }

    /// Bytes that the copy of some matrices takes; 0 where the kernels gain nothing from one.
    static func byteCount(of matrices: [Matrix], kernels: UnsafePointer<martlet_kernels>) -> Int {
        parts(of: matrices, kernels: kernels).reduce(0) { $0 + $1.tileCount * $1.tileByteCount }
    }

    private static func parts(of matrices: [Matrix], kernels: UnsafePointer<martlet_kernels>) -> [Part] {
        var offset = 0
        var parts: [Part] = []
        for matrix in matrices {
            let bytes = kernels.pointee.unpacked_bytes(matrix.format, matrix.columnCount)
            let part = Part(matrix: matrix, offset: offset, tileByteCount: bytes)
            parts.append(part)
            // No overflow: a matrix lies in a file, and its copy is at most a few times larger.
            offset += part.tileCount * bytes
        }
        return parts
    }

    /// Copies the matrices of all layers, with all workers, and lets the layers use the copies.
    ///
    /// - Throws: ``ModelError`` with `outOfMemory` where the system has no room.
    init(
        layers: UnsafeMutableBufferPointer<EncoderLayer>,
        kernels: UnsafePointer<martlet_kernels>,
        team: WorkerTeam
    ) throws(ModelError) {
        let parts = Self.parts(of: layers.flatMap(\.matrices), kernels: kernels)
        let byteCount = parts.reduce(0) { $0 + $1.tileCount * $1.tileByteCount }
        buffer = try AlignedBuffer(byteCount: byteCount, purpose: "unpacked weights", prefersHugePages: true)
        parts.withUnsafeBufferPointer { parts in
            var job = Job(kernels: kernels, parts: parts, base: buffer.base)
            team.run(&job) { job, index, team in
                let member = TeamMember(index: index, of: team)
                UnpackedMatrices.unpack(job.assumingMemoryBound(to: Job.self).pointee, member)
            }
        }
        var index = 0
        for layer in layers.indices {
            layers[layer].updateMatrices { matrix in
                let part = parts[index]
                index += 1
                guard part.tileByteCount > 0 else { return }
                matrix.unpacked = UnpackedRows(base: buffer.base + part.offset, tileByteCount: part.tileByteCount)
            }
        }
    }

    /// One worker's share: a unit is a tile of rows.
    private static func unpack(_ job: Job, _ member: TeamMember) {
        var first = 0
        var part = job.parts.startIndex
        while true {
            let unit = member.takeUnit()
            while part < job.parts.endIndex, unit >= first + job.parts[part].tileCount {
                first += job.parts[part].tileCount
                part += 1
            }
            guard part < job.parts.endIndex else { return }
            let source = job.parts[part]
            guard source.tileByteCount > 0 else { continue }
            let row = (unit - first) * Int(MARTLET_ROW_TILE)
            var operation = martlet_matmul()
            operation.format = source.matrix.format
            operation.weights = source.matrix.weights + row * source.matrix.rowByteCount
            operation.weight_row_bytes = source.matrix.rowByteCount
            operation.columns = source.matrix.columnCount
            operation.rows = min(Int(MARTLET_ROW_TILE), source.matrix.rowCount - row)
            job.kernels.pointee.unpack(&operation, job.base + source.offset + (unit - first) * source.tileByteCount)
        }
    }
}
