/// In which order a file's bytes are read, and how many of them each stage of a step needs.
///
/// The file is cut into cells of ``cellByteCount`` from its start. A cell is read when the first stage that has bytes in
/// it comes up, whatever else lies in it. So every byte is read once, a file in the order of use is read from its start to
/// its end, and any other one in as few jumps as its order allows.
package struct ReadingPlan: Sendable {
    /// Bytes of a cell: large enough that a disk is read at its full speed.
    package static let cellByteCount = 1 << 20
    /// Neighbouring cells that are read at once at most.
    package static let chunkCellCount = 4

    /// Numbers of cells in the order in which they are read.
    package let cells: [Int]
    /// Cells that are read together: neighbours in the file, as ranges of ``cells``.
    package let chunks: [Range<Int>]
    /// How many of ``cells`` have to be there for each stage; the last is the output's.
    private let needs: [Int]
    private let fileByteCount: Int

    /// Plans the reading of a file.
    ///
    /// - Parameter byteLimit: Bytes that are read ahead at most; what comes after them is read when it is used.
    /// - Complexity: O(t log t + n) for t tensors and n cells.
    package init(tensors: [GGUFTensor], dataOffset: Int, fileByteCount: Int, byteLimit: Int = .max) {
        self.fileByteCount = fileByteCount
        let cellCount = (fileByteCount + Self.cellByteCount - 1) / Self.cellByteCount
        let limit = min(cellCount, byteLimit / Self.cellByteCount)
        var places = [Int?](repeating: nil, count: cellCount)
        var cells: [Int] = []
        cells.reserveCapacity(cellCount)
        /// Adds the cells of some bytes, and returns how many cells have to be read for them to be there.
        func add(_ bytes: Range<Int>) -> Int {
            guard !bytes.isEmpty else { return 0 }
            var need = 0
            for cell in (bytes.lowerBound / Self.cellByteCount)...((bytes.upperBound - 1) / Self.cellByteCount) {
                let place = places[cell] ?? cells.count
                if places[cell] == nil {
                    places[cell] = place
                    cells.append(cell)
                }
                need = max(need, place + 1)
            }
            return need
        }
        _ = add(0..<min(dataOffset, fileByteCount))
        let entries = TensorOrder(tensors).entries
        let layerCount = entries.reduce(0) { $1.stage == .output ? $0 : max($0, $1.stage.place - 1) }
        // Vectors, embedding, layers, output.
        var needs = [Int](repeating: 0, count: layerCount + 3)
        var need = 0
        var index = entries.startIndex
        for place in needs.indices {
            let isOutput = place == needs.count - 1
            let end = entries[index...].firstIndex { !isOutput && $0.stage.place > place } ?? entries.endIndex
            // In the file's order within a stage: what a stage needs, it needs together.
            for entry in entries[index..<end].sorted(by: { $0.tensor.offset < $1.tensor.offset }) {
                let start = dataOffset + entry.tensor.offset
                need = max(need, add(start..<(start + entry.tensor.byteCount)))
            }
            index = end
            needs[place] = min(need, limit)
        }
        // Padding, and whatever else the header doesn't speak of.
        _ = add(0..<fileByteCount)
        self.needs = needs
        self.cells = Array(cells.prefix(limit))
        chunks = Self.chunks(of: self.cells)
    }

    /// How many of ``cells`` have to be there for a stage and all before it.
    package func need(of stage: WeightStage) -> Int { needs[min(stage.place, needs.count - 1)] }

    /// The bytes of a chunk in the file.
    package func bytes(of chunk: Range<Int>) -> Range<Int> {
        bytes(of: cells[chunk.lowerBound]).lowerBound..<bytes(of: cells[chunk.upperBound - 1]).upperBound
    }

    /// The bytes of a cell in the file; the last one may be short.
    package func bytes(of cell: Int) -> Range<Int> {
        let start = cell * Self.cellByteCount
        return start..<min(start + Self.cellByteCount, fileByteCount)
    }

    private static func chunks(of cells: [Int]) -> [Range<Int>] {
        var chunks: [Range<Int>] = []
        var start = 0
        for end in 1..<max(1, cells.count + 1) {
            let goesOn = end < cells.count && cells[end] == cells[end - 1] + 1 && end - start < chunkCellCount
            if !goesOn {
                chunks.append(start..<end)
                start = end
            }
        }
        return chunks
    }
}
