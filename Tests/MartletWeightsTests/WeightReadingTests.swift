import Foundation
import MartletWeights
import Synchronization
import Testing

@Suite("Reading weights ahead of their use")
struct WeightReadingTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A file of some MiB in five stages, not in the order of use.
    private func model() throws -> String {
        var writer = GGUFWriter()
        var random = SplitMix(state: 3)
        for name in [
            "output.weight", "blk.1.ffn_up.weight", "token_embd.weight", "blk.0.ffn_up.weight", "blk.2.ffn_up.weight",
        ] {
            let floats = (0..<900_000).map { _ in Float.random(in: -1...1, using: &random) }
            try writer.add(name, shape: [1000, 900], floats: floats)
        }
        try writer.add("blk.1.attn_norm.weight", shape: [1000], floats: Array(repeating: 1, count: 1000))
        let path = folder.file("model.gguf")
        try writer.write(to: path)
        return path
    }

    /// What was read of a file, by the number of each MiB.
    private final class Log: Sendable {
        private let cells = Mutex<[Int: [UInt8]]>([:])

        func note(_ number: Int, _ bytes: [UInt8] = []) { cells.withLock { $0[number] = bytes } }
        var all: [Int: [UInt8]] { cells.withLock { $0 } }
    }

    private let stages: [WeightStage] = [.vectors, .embedding, .layer(0), .layer(1), .layer(2), .output]

    @Test(
        "a stage is there only when all its bytes are, in whatever order the disk delivers",
        arguments: [1, 2, 5, 16]
    )
    func watermark(_ threadCount: Int) async throws {
        let path = try model()
        let log = Log()
        let file = try GGUFFile.open(path: path, threadCount: threadCount) { disk in
            { range throws(GGUFError) in
                Thread.sleep(forTimeInterval: .random(in: 0...0.004))
                let isNew = try disk(range)
                for cell in (range.lowerBound >> 20)...((range.upperBound - 1) >> 20) { log.note(cell) }
                Thread.sleep(forTimeInterval: .random(in: 0...0.002))
                return isNew
            }
        }
        let reading = try #require(file.reading)
        let plan = ReadingPlan(tensors: file.tensors, dataOffset: file.dataOffset, fileByteCount: file.byteCount)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for stage in stages.shuffled() {
                group.addTask {
                    // Blocks a thread of the pool, but only for the milliseconds that the test's disk takes.
                    try reading.wait(for: stage)
                    #expect(reading.isThere(stage))
                    let there = log.all
                    #expect(plan.cells.prefix(plan.need(of: stage)).allSatisfy { there[$0] != nil })
                }
            }
            try await group.waitForAll()
        }
        try reading.waitUntilOver()
        #expect(reading.isOver && reading.failure == nil)
        #expect(log.all.count == plan.cells.count)
    }

    @Test("a disk that fails is reported to everybody who waits, now and later")
    func failure() async throws {
        let file = try GGUFFile.open(path: try model(), threadCount: 3) { disk in
            { range throws(GGUFError) in
                if range.contains(9 << 20) { throw GGUFError(.unreadable, "The disk is on fire.") }
                return try disk(range)
            }
        }
        let reading = try #require(file.reading)
        #expect(throws: GGUFError.self) { try reading.wait(for: .output) }
        #expect(throws: GGUFError.self) { try reading.waitUntilOver() }
        #expect(throws: GGUFError.self) { try file.checkReadability() }
        #expect(reading.isOver && reading.failure?.detail == "The disk is on fire.")
    }

    @Test("a file that is cut short is an error, while it is read and after that")
    func truncation() throws {
        let path = try model()
        let cut = Log()
        let file = try GGUFFile.open(path: path, threadCount: 2) { disk in
            { range throws(GGUFError) in
                while cut.all.isEmpty { Thread.sleep(forTimeInterval: 0.001) }
                return try disk(range)
            }
        }
        let whole = try GGUFFile.open(path: path)
        try whole.checkReadability()
        #expect(truncate(path, off_t(file.byteCount / 2)) == 0)
        cut.note(0)
        let error = #expect(throws: GGUFError.self) { try file.reading?.waitUntilOver() }
        #expect(error?.code == .truncated)
        #expect(throws: GGUFError.self) { try whole.checkReadability() }
        #expect(throws: GGUFError.self) { try GGUFFile.open(path: path, reading: ReadingOptions()) }
    }

    @Test("every way of reading ends with the whole file in memory and the same bytes", arguments: ReadingMode.allCases)
    func modes(_ mode: ReadingMode) throws {
        let path = try model()
        let expected = try folder.read("model.gguf")
        for threadCount in [1, 4] {
            let log = Log()
            var options = ReadingOptions()
            options.mode = mode
            options.threadCount = threadCount
            options.onCell = { number, bytes in log.note(number, Array(bytes)) }
            let file = try GGUFFile.open(path: path, reading: options)
            #expect((file.reading == nil) == (mode == .lazy))
            try file.reading?.waitUntilOver()
            #expect(file.bytes.elementsEqual(expected))
            // Which cells were in memory before is the system's affair; those that come are right.
            for (number, bytes) in log.all {
                #expect(expected[(number << 20)..<min((number + 1) << 20, expected.count)].elementsEqual(bytes))
            }
        }
    }

    @Test("what doesn't fit into the memory that is left isn't read ahead")
    func limit() throws {
        let path = try model()
        var options = ReadingOptions()
        options.mode = .eager
        options.byteLimit = 3 << 20
        let log = Log()
        options.onCell = { number, _ in log.note(number) }
        let file = try GGUFFile.open(path: path, reading: options)
        try file.reading?.wait(for: .output)
        #expect(log.all.count <= 3)
        options.byteLimit = 0
        let none = try GGUFFile.open(path: path, reading: options)
        #expect(none.reading?.isOver == true)
    }

    @Test("closing a file ends its reading, and whoever still waits goes on")
    func cancellation() async throws {
        var file: GGUFFile? = try GGUFFile.open(path: try model(), threadCount: 2) { disk in
            { range throws(GGUFError) in
                Thread.sleep(forTimeInterval: 0.02)
                return try disk(range)
            }
        }
        let reading = try #require(file?.reading)
        async let end: Void = reading.waitUntilOver()
        try await Task.sleep(for: .milliseconds(5))
        file = nil
        try await end
        #expect(reading.isOver)
    }
}
