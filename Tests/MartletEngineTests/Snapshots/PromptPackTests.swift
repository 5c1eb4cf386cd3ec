import Foundation
import MartletCore
import MartletEngine
import MartletModel
import MartletWeights
import Testing

@Suite("Prompts packed with a model")
struct PromptPackTests {
    private let directory = TemporaryDirectory()
    private let persona =
        "Once upon a time there was a model so small that it fitted into a nutshell and spoke of nothing else"

    /// A copy of a fixture with a packed persona beside it.
    private func packed(_ name: String = "tiny-llama", _ change: (inout LocalModelOptions) -> Void = { _ in })
        async throws
        -> (path: String, tokenCount: Int)
    {
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        let source = try #require(Bundle.module.path(forResource: name, ofType: "gguf", inDirectory: "Fixtures"))
        let path = directory.path + "/model.gguf"
        try FileManager.default.copyItem(atPath: source, toPath: path)
        var options = LocalModelOptions()
        options.threadCount = 2
        options.usesPack = false
        options.snapshots = SnapshotOptions(directory: PromptPack.directory(ofModelAt: path))
        change(&options)
        let baker = try LocalModel.load(path: path, options: options)
        let prompt = try await baker.precompute(persona)
        baker.close()
        try PromptPack.seal(
            directory: PromptPack.directory(ofModelAt: path),
            ofModelAt: path,
            promptTokenCounts: [prompt.tokenCount]
        )
        return (path, prompt.tokenCount)
    }

    private func model(_ path: String, _ warnings: Warnings, _ change: (inout LocalModelOptions) -> Void = { _ in })
        throws
        -> LocalModel
    {
        var options = LocalModelOptions()
        options.threadCount = 2
        options.onWarning = { warnings.append($0) }
        change(&options)
        return try LocalModel.load(path: path, options: options)
    }

    private func ask(_ model: LocalModel, under instructions: String) async throws -> Answer {
        let request = GenerationRequest(
            .messages([.system(instructions), .user("Hello, who are you?")]),
            sampling: .greedy,
            maximumTokenCount: 12
        )
        return try await model.generate(request).answer()
    }

    /// What the file answers when nothing is kept anywhere.
    private func plainAnswer(_ path: String, under instructions: String) async throws -> String {
        try await ask(model(path, Warnings()) { $0.usesPack = false }, under: instructions).text
    }

    @Test("a new process begins at the user's words, and answers the same")
    func use() async throws {
        let (path, tokenCount) = try await packed()
        let warnings = Warnings()
        for mode in [LocalModelOptions().reading, .eager, .lazy] {
            let model = try model(path, warnings) { $0.reading = mode }
            let answer = try await ask(model, under: persona)
            #expect(answer.summary?.usage.reusedTokenCount == tokenCount && tokenCount >= 32)
            #expect(try await answer.text == plainAnswer(path, under: persona))
            model.close()
        }
        #expect(warnings.all == [])
        let off = try model(path, warnings) { $0.usesPack = false }
        #expect(try await ask(off, under: persona).summary?.usage.reusedTokenCount == 0)
    }

    @Test("packed prompts and kept ones are used together, and the pack is never written to")
    func together() async throws {
        let (path, tokenCount) = try await packed()
        let before = try FileManager.default.contentsOfDirectory(atPath: PromptPack.directory(ofModelAt: path)).sorted()
        let own = TemporaryDirectory()
        let warnings = Warnings()
        for expected in [tokenCount, tokenCount + 32] {
            let model = try model(path, warnings) { options in
                var snapshots = SnapshotOptions(directory: own.path)
                snapshots.minimumComputation = .zero
                snapshots.minimumTokenCount = 32
                snapshots.closingPatience = .seconds(60)
                options.snapshots = snapshots
            }
            let input = GenerationRequest.Input.messages([
                .system(persona), .user(String(repeating: "And then what happened? ", count: 4)),
            ])
            let request = GenerationRequest(input, sampling: .greedy, maximumTokenCount: 4)
            let answer = try await model.generate(request).answer()
            #expect(answer.summary?.usage.reusedTokenCount ?? 0 >= expected)
            model.close()
        }
        #expect(warnings.all == [] && !own.files.isEmpty)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: PromptPack.directory(ofModelAt: path)).sorted()
                == before
        )
    }

    @Test("a model file that changed since is answered from as it is now")
    func changedModel() async throws {
        let (path, _) = try await packed()
        // Some bytes of a matrix, so that the file is as long as before and as valid, and answers otherwise.
        var bytes = try Data(contentsOf: URL(filePath: path))
        for index in (bytes.count - 4000)..<(bytes.count - 3000) { bytes[index] ^= 0x11 }
        try bytes.write(to: URL(filePath: path))
        let warnings = Warnings()
        let model = try model(path, warnings)
        let answer = try await ask(model, under: persona)
        #expect(answer.summary?.usage.reusedTokenCount == 0)
        #expect(try await answer.text == plainAnswer(path, under: persona))
        #expect(warnings.all.count == 1 && warnings.all.first?.contains("another model's") == true)
        // And from now on prompts are remembered as ever.
        #expect(try await ask(model, under: persona).summary?.usage.reusedTokenCount ?? 0 >= 32)
    }

    @Test("what doesn't fit is told once and computed")
    func misfits() async throws {
        let (path, tokenCount) = try await packed()
        let pack = PromptPack.directory(ofModelAt: path)
        let other =
            "Twice upon a time there was another model, which had grown so large that no nutshell would hold it at all"
        func check(_ word: String, under instructions: String, _ change: (inout LocalModelOptions) -> Void = { _ in })
            async throws
        {
            let warnings = Warnings()
            let model = try model(path, warnings, change)
            let answer = try await ask(model, under: instructions)
            _ = try await ask(model, under: instructions)
            #expect(answer.summary?.usage.reusedTokenCount ?? 1 < 32)
            #expect(warnings.all.count == 1 && warnings.all.first?.contains(word) == true, "\(warnings.all)")
            var plain = LocalModelOptions()
            plain.threadCount = 2
            change(&plain)
            plain.usesPack = false
            let expected = try await ask(LocalModel.load(path: path, options: plain), under: instructions).text
            #expect(answer.text == expected)
        }
        try await check("begins with none", under: other)
        try await check("--kv-cache", under: persona) { $0.kvFormat = .f32 }
        let segment = try #require(
            try FileManager.default.contentsOfDirectory(atPath: pack).first { $0.hasSuffix(".kv") }
        )
        var bytes = try Data(contentsOf: URL(filePath: pack + "/" + segment))
        let original = bytes
        // Behind the header, its tokens and its checksums: the first block.
        let blockCount = tokenCount / 32
        bytes[(208 + blockCount * (32 * 4 + 32) + 63) / 64 * 64 + 10] ^= 1
        try bytes.write(to: URL(filePath: pack + "/" + segment))
        try await check("is damaged", under: persona)
        #expect(FileManager.default.fileExists(atPath: pack + "/" + segment))
        try original.write(to: URL(filePath: pack + "/" + segment))
        let manager = FileManager.default
        try manager.setAttributes([.posixPermissions: 0o777], ofItemAtPath: pack)
        try await check("others may write", under: persona)
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: pack)
        let manifest = try Data(contentsOf: URL(filePath: pack + "/pack.json"))
        for junk in ["", "{}", "[", "{\"version\":9}", String(repeating: "[", count: 5000)] {
            try Data(junk.utf8).write(to: URL(filePath: pack + "/pack.json"))
            try await check("pack.json", under: persona)
        }
        try manifest.write(to: URL(filePath: pack + "/pack.json"))
        var longer = try Data(contentsOf: URL(filePath: path))
        longer.append(contentsOf: [UInt8](repeating: 0, count: 64))
        try longer.write(to: URL(filePath: path))
        try await check("another length", under: persona)
    }
}
