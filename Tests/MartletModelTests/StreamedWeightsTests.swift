import Foundation
import MartletModel
import MartletWeights
import Testing

@Suite("Weights that come while a step is computed")
struct StreamedWeightsTests {
    private static let model: TinyModel = {
        var model = TinyModel()
        model.layerCount = 6
        model.vocabularyCount = 2048
        return model
    }()

    private func options(_ threadCount: Int) -> DecoderOptions {
        var options = DecoderOptions()
        options.threadCount = threadCount
        options.contextLength = 128
        return options
    }

    /// Scores after a prompt and after one token more.
    private func scores(_ decoder: Decoder) throws -> [[Float]] {
        var plan = StepPlan()
        let blocks = (0..<4).map { BlockIndex($0) }
        plan.append(tokens: (0..<24).map { $0 * 31 % 2048 }, firstPosition: 0, blocks: blocks, logits: .last)
        let first = Array(try decoder.step(plan))
        plan.removeAll()
        plan.append(tokens: [7], firstPosition: 24, blocks: blocks, logits: .last)
        return [first, Array(try decoder.step(plan))]
    }

    @Test("answers are the same however late and in whatever order the bytes come", arguments: [1, 2, 4])
    func late(_ threadCount: Int) throws {
        let bytes = try Self.model.encoded()
        let whole = try openTemporary(bytes)
        let expected = try scores(try Decoder(file: whole, options: options(threadCount)))
        for readerCount in [1, 3, 8] {
            let late = try LateFile(bytes, headerByteCount: whole.dataOffset)
            let file = try GGUFFile.open(path: late.path, threadCount: readerCount) { _ in
                { range throws(GGUFError) in
                    Thread.sleep(forTimeInterval: .random(in: 0...0.01))
                    late.deliver(range)
                    return true
                }
            }
            let decoder = try Decoder(file: file, options: options(threadCount))
            #expect(try scores(decoder) == expected)
            #expect(file.reading?.isOver == true)
            #expect(try scores(decoder) == expected)
        }
    }

    @Test("a step whose weights don't come ends with the reason, at whatever layer", arguments: [1, 2, 4])
    func failure(_ threadCount: Int) throws {
        let bytes = try Self.model.encoded()
        let whole = try openTemporary(bytes)
        for cell in stride(from: 2, to: bytes.count >> 20, by: 3) {
            let late = try LateFile(bytes, headerByteCount: whole.dataOffset)
            let file = try GGUFFile.open(path: late.path, threadCount: 2) { _ in
                { range throws(GGUFError) in
                    Thread.sleep(forTimeInterval: .random(in: 0...0.003))
                    if range.contains(cell << 20) {
                        throw GGUFError(.unreadable, "The cable was pulled.", remedy: "Plug it in.")
                    }
                    late.deliver(range)
                    return true
                }
            }
            var error: ModelError?
            do {
                let decoder = try Decoder(file: file, options: options(threadCount))
                error = #expect(throws: ModelError.self) { try scores(decoder) }
                // It stays so, and nobody hangs.
                #expect(throws: ModelError.self) { try scores(decoder) }
            } catch let early {
                error = early
            }
            #expect(error?.code == .unreadableWeights)
            #expect(error?.description.contains("The cable was pulled. Plug it in.") == true)
        }
    }

    @Test("a file that is cut short between two steps is an error, not the end of the process")
    func truncation() throws {
        let bytes = try Self.model.encoded()
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-cut-\(UUID().uuidString).gguf").path
        defer { unlink(path) }
        try Data(bytes).write(to: URL(filePath: path))
        let decoder = try Decoder(file: try GGUFFile.open(path: path, reading: ReadingOptions()), options: options(2))
        _ = try scores(decoder)
        #expect(truncate(path, off_t(bytes.count / 2)) == 0)
        let error = #expect(throws: ModelError.self) { try scores(decoder) }
        #expect(error?.code == .unreadableWeights)
        try Data(bytes).write(to: URL(filePath: path + ".whole"))
        defer { unlink(path + ".whole") }
        #expect(throws: GGUFError.self) { try GGUFFile.open(path: path, reading: ReadingOptions()) }
    }
}
