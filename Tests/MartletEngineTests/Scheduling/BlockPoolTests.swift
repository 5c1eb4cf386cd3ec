import MartletEngine
import MartletModel
import Testing

@Suite("The block pool")
struct BlockPoolTests {
    /// A pool beside a plain account of what it should hold.
    private struct Checked {
        var pool: BlockPool
        /// What each block was last written with: all tokens from the sequence's beginning to the block's end.
        var written: [BlockIndex: [Int32]] = [:]
        var holders: [[BlockIndex]] = []

        init(blockCount: Int, collides: Bool) {
            pool =
                collides
                ? BlockPool(blockCount: blockCount, blockLength: 2) { _ in 7 }
                : BlockPool(blockCount: blockCount, blockLength: 2)
        }

        /// Computes a prompt as the scheduler would: reuse, allocate the rest, seal full blocks.
        mutating func begin(_ prompt: [Int32]) {
            let reused = pool.reuse(prefixOf: prompt[...], limit: (prompt.count - 1) / 2)
            var content = reused.content
            var blocks = reused.blocks
            for (index, block) in blocks.enumerated() {
                #expect(written[block] == Array(prompt.prefix(2 * index + 2)))
            }
            while blocks.count * 2 < prompt.count {
                guard let block = pool.allocate() else { break }
                #expect(!blocks.contains(block))
                #expect(!holders.joined().contains(block))
                let end = min(prompt.count, blocks.count * 2 + 2)
                written[block] = Array(prompt[..<end])
                if end == blocks.count * 2 + 2 {
                    content = pool.seal(block, after: content, tokens: prompt[(end - 2)..<end])
                }
                blocks.append(block)
            }
            holders.append(blocks)
        }

        mutating func end(at index: Int) {
            guard index < holders.count else { return }
            for block in holders.remove(at: index).reversed() { pool.release(block) }
        }

        mutating func fork() {
            guard let last = holders.last else { return }
            for block in last { pool.retain(block) }
            holders.append(last)
        }

        func check() {
            let held = holders.joined()
            for block in 0..<BlockIndex(pool.blockCount) {
                #expect(pool.holderCount(of: block) == held.count { $0 == block })
            }
            #expect(pool.availableCount == pool.blockCount - Set(held).count)
            #expect(pool.reusableCount <= pool.availableCount)
        }
    }

    @Test(
        "every short history of prompts, ends and forks keeps the account and never mixes contents",
        arguments: [false, true]
    )
    func everyHistory(collides: Bool) {
        let prompts: [[Int32]] = [[1, 1], [1, 1, 1, 1, 2], [1, 1, 2, 2], [2, 2, 1, 1, 1]]
        let operationCount = prompts.count + 3
        func explore(_ checked: Checked, depth: Int) {
            checked.check()
            guard depth > 0 else { return }
            for operation in 0..<operationCount {
                var next = checked
                switch operation {
                case 0..<prompts.count: next.begin(prompts[operation])
                case prompts.count: next.end(at: 0)
                case prompts.count + 1: next.end(at: next.holders.count - 1 < 0 ? 0 : next.holders.count - 1)
                default: next.fork()
                }
                explore(next, depth: depth - 1)
            }
        }
        explore(Checked(blockCount: 4, collides: collides), depth: 5)
    }

    @Test("a prompt that begins like an earlier one gets its blocks back after that one ended")
    func reuse() throws {
        var pool = BlockPool(blockCount: 8, blockLength: 2)
        let firstTaken = pool.allocate()
        let first = try #require(firstTaken)
        let secondTaken = pool.allocate()
        let second = try #require(secondTaken)
        let content = pool.seal(first, after: nil, tokens: [1, 2])
        _ = pool.seal(second, after: content, tokens: [3, 4])
        pool.release(second)
        pool.release(first)
        #expect(pool.availableCount == 8)
        #expect(pool.reuse(prefixOf: [1, 2, 3, 4, 5], limit: 2).blocks == [first, second])
        #expect(pool.reuse(prefixOf: [1, 2, 3, 4, 5], limit: 1).blocks == [first])
        #expect(pool.reuse(prefixOf: [1, 2, 9, 4, 5], limit: 2).blocks == [first])
        #expect(pool.reuse(prefixOf: [3, 4, 5], limit: 1).blocks == [])
        #expect(pool.holderCount(of: first) == 3)
    }

    @Test("the least recently used content goes first")
    func eviction() throws {
        var pool = BlockPool(blockCount: 2, blockLength: 1)
        for token in [10, 20] as [Int32] {
            let taken = pool.allocate()
            let block = try #require(taken)
            _ = pool.seal(block, after: nil, tokens: [token])
            pool.release(block)
        }
        // Using 10 again makes 20 the older one.
        let again = pool.reuse(prefixOf: [10, 0], limit: 1).blocks
        #expect(again.count == 1)
        pool.release(again[0])
        _ = pool.allocate()
        #expect(pool.reuse(prefixOf: [20, 0], limit: 1).blocks.isEmpty)
        #expect(pool.reuse(prefixOf: [10, 0], limit: 1).blocks == again)
    }

    @Test("discarded content is never found again")
    func discard() throws {
        var pool = BlockPool(blockCount: 1, blockLength: 1)
        let taken = pool.allocate()
        let block = try #require(taken)
        _ = pool.seal(block, after: nil, tokens: [5])
        pool.release(block)
        pool.discard(block)
        #expect(pool.reuse(prefixOf: [5, 0], limit: 1).blocks.isEmpty)
        #expect(pool.availableCount == 1)
        #expect(pool.reusableCount == 0)
    }
}
