import MartletWeights
import Testing

@Suite("The order in which weights are read")
struct ReadingPlanTests {
    private static let mebibyte = 1 << 20

    /// Tensors of whole mebibytes (`count` of them) or vectors (0), one after the other.
    private func tensors(_ parts: [(String, Int)]) throws -> [GGUFTensor] {
        var offset = 0
        return try parts.map { name, count in
            let rows = count == 0 ? 1 : count * 4
            let tensor = try GGUFTensor(name: name, shape: [65536, rows], format: .f32, offset: offset)
            offset += tensor.byteCount
            return tensor
        }
    }

    private func plan(_ tensors: [GGUFTensor], dataOffset: Int = 0, byteLimit: Int = .max) -> ReadingPlan {
        let end = tensors.map { $0.offset + $0.byteCount }.max() ?? 0
        return ReadingPlan(
            tensors: tensors,
            dataOffset: dataOffset,
            fileByteCount: dataOffset + end,
            byteLimit: byteLimit
        )
    }

    @Test("a file in the order of use is read from its start to its end, four mebibytes at a time")
    func ordered() throws {
        let plan = plan(
            try tensors([
                ("token_embd.weight", 3), ("blk.0.attn_q.weight", 2), ("blk.1.attn_q.weight", 2), ("output.weight", 2),
            ])
        )
        #expect(plan.cells == Array(0..<9))
        #expect(plan.chunks == [0..<4, 4..<8, 8..<9])
        #expect(plan.need(of: .vectors) == 0)
        #expect(plan.need(of: .embedding) == 3)
        #expect(plan.need(of: .layer(0)) == 5)
        #expect(plan.need(of: .layer(1)) == 7)
        #expect(plan.need(of: .layer(7)) == 9)
        #expect(plan.need(of: .output) == 9)
    }

    @Test("whatever the file's order, vectors come first, then embeddings, layers by number, and the output")
    func unordered() throws {
        let plan = plan(
            try tensors([
                ("output.weight", 2), ("blk.10.ffn_up.weight", 1), ("blk.2.ffn_up.weight", 1), ("token_embd.weight", 1),
                ("blk.2.attn_norm.weight", 0), ("blk.0.ffn_up.weight", 1),
            ])
        )
        // The vector fills a quarter of cell 5, whose rest is layer 0's; its end lies in cell 6.
        #expect(plan.cells == [5, 4, 6, 3, 2, 0, 1])
        #expect(plan.chunks == [0..<1, 1..<2, 2..<3, 3..<4, 4..<5, 5..<7])
        #expect(plan.need(of: .vectors) == 1)
        #expect(plan.need(of: .embedding) == 2)
        #expect(plan.need(of: .layer(0)) == 3)
        #expect(plan.need(of: .layer(1)) == 3)
        #expect(plan.need(of: .layer(2)) == 4)
        #expect(plan.need(of: .layer(10)) == 5)
        #expect(plan.need(of: .output) == 7)
    }

    @Test("every byte is read once, padding and header included, and needs only grow")
    func coverage() throws {
        var names = (0..<12).flatMap { ["blk.\($0).attn_q.weight", "blk.\($0).ffn_down.weight"] }
        names += [
            "output.weight", "token_embd.weight", "mm.0.weight", "dec.blk.3.attn_q.weight", "enc.blk.1.ffn_up.weight",
        ]
        var random = SplitMix(state: 7)
        for _ in 0..<50 {
            names.shuffle(using: &random)
            let tensors = try tensors(names.map { ($0, Int.random(in: 0...3, using: &random)) })
            let plan = plan(tensors, dataOffset: Int.random(in: 0...3_000_000, using: &random) / 32 * 32)
            #expect(plan.cells.sorted() == Array(0..<plan.cells.count))
            #expect(plan.chunks.flatMap { Array($0) } == Array(0..<plan.cells.count))
            var last = 0
            for stage in [.vectors, .embedding] + (0..<20).map({ WeightStage.layer($0) }) + [.output] {
                #expect(plan.need(of: stage) >= last)
                last = plan.need(of: stage)
            }
            #expect(last <= plan.cells.count)
        }
    }

    @Test("no more is read ahead than there is room for, and nobody waits for the rest")
    func limit() throws {
        let tensors = try tensors([("token_embd.weight", 2), ("blk.0.attn_q.weight", 5), ("output.weight", 2)])
        let plan = plan(tensors, byteLimit: 5 * Self.mebibyte + 7)
        #expect(plan.cells == Array(0..<5))
        #expect(plan.need(of: .embedding) == 2)
        #expect(plan.need(of: .layer(0)) == 5)
        #expect(plan.need(of: .output) == 5)
        #expect(self.plan(tensors, byteLimit: 1000).chunks.isEmpty)
        #expect(self.plan([]).chunks.isEmpty)
    }

    @Test("names that only look like a layer's are no layer's")
    func names() throws {
        let names = [
            "blk.weight", "blk.-1.weight", "blk.99999999999999999999.weight", "blk.70000.weight", "blk..weight", "blk",
        ]
        let plan = plan(try tensors(names.map { ($0, 1) }))
        #expect(plan.need(of: .embedding) == 6)
        #expect(plan.need(of: .layer(70000)) == 6)
    }
}

/// Steele, Lea and Flood's generator: the same numbers on every machine.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        // Wraps by design.
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
