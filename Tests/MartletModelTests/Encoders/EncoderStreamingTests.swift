import Foundation
import MartletModel
import MartletWeights
import Testing

@Suite("Encoders whose weights come while they read")
struct EncoderStreamingTests {
    /// A file with every tensor in mebibytes of its own.
    private func spread(_ fixture: EncoderFixture) throws -> GGUFFile {
        try fixture.converted { $0.metadata["general.alignment"] = .uint32(1 << 20) }
    }

    @Test("rows are the same however late the bytes come", arguments: ["bert", "t5"], [1, 2, 3])
    func late(name: String, threadCount: Int) throws {
        let fixture = try EncoderFixture(name)
        let whole = try spread(fixture)
        let expected = try Encoder(file: whole, options: .small()).rows(of: fixture.texts)
        let late = try LateFile(Array(whole.bytes), headerByteCount: whole.dataOffset)
        let file = try GGUFFile.open(path: late.path, threadCount: 3) { _ in
            { range throws(GGUFError) in
                Thread.sleep(forTimeInterval: .random(in: 0...0.005))
                late.deliver(range)
                return true
            }
        }
        let encoder = try Encoder(file: file, options: .small { $0.threadCount = threadCount })
        for _ in 0..<3 { #expect(try encoder.rows(of: fixture.texts) == expected) }
        #expect(file.reading?.isOver == true)
    }

    @Test(
        "a batch whose weights don't come ends with the reason, at whatever layer",
        arguments: ["bert", "t5"],
        [1, 2]
    )
    func failure(name: String, threadCount: Int) throws {
        let fixture = try EncoderFixture(name)
        let whole = try spread(fixture)
        for cell in stride(from: 1, to: whole.byteCount >> 20, by: 5) {
            let late = try LateFile(Array(whole.bytes), headerByteCount: whole.dataOffset)
            let file = try GGUFFile.open(path: late.path, threadCount: 2) { _ in
                { range throws(GGUFError) in
                    if range.contains(cell << 20) {
                        throw GGUFError(.unreadable, "The cable was pulled.", remedy: "Plug it in.")
                    }
                    late.deliver(range)
                    return true
                }
            }
            var error: ModelError?
            do {
                let encoder = try Encoder(file: file, options: .small { $0.threadCount = threadCount })
                error = #expect(throws: ModelError.self) { try encoder.rows(of: fixture.texts) }
                // It stays so, and nobody hangs.
                #expect(throws: ModelError.self) { try encoder.rows(of: fixture.texts) }
            } catch let early {
                error = early
            }
            #expect(error?.code == .unreadableWeights)
            #expect(error?.description.contains("The cable was pulled. Plug it in.") == true)
        }
    }
}
