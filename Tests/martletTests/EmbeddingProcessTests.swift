import Foundation
import MartletCore
import MartletProviders
import Testing

/// `martlet serve` with models that make vectors and rank texts, asked by Martlet's own clients.
@Suite("Serving embedders and rerankers", .timeLimit(.minutes(3)))
struct EmbeddingProcessTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "MartletConversionTests/Fixtures")

    private static var program: URL {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(filePath: tests).deletingLastPathComponent().appending(path: "martlet")
        }
    }

    private func run(_ arguments: [String], in folder: URL) throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = try Self.program
        process.arguments = arguments
        process.environment = ["HOME": folder.path]
        process.currentDirectoryURL = folder
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let read = try output.fileHandleForReading.readToEnd() ?? Data()
        let complained = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let (said, told) = (String(decoding: read, as: UTF8.self), String(decoding: complained, as: UTF8.self))
        return (process.terminationStatus, said, told)
    }

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (fixture, name) in [("bert", "vectors"), ("bert-reranker", "ranks")] {
            let arguments = ["convert", Self.fixtures.appending(path: fixture).path, "\(name).gguf", "--format", "f32"]
            let converted = try run(arguments, in: folder)
            #expect(converted.status == 0, "\(converted.errors)")
        }
        try await body(folder)
    }

    /// Runs a server for as long as `body` runs, which gets its address and what it says first.
    private func serve(
        _ arguments: [String],
        environment: [String: String] = [:],
        in folder: URL,
        _ body: (String, String) async throws -> Void
    ) async throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = try Self.program
        process.arguments = ["serve", "--port", "0", "--log-level", "error"] + arguments
        process.environment = environment.merging(["HOME": folder.path]) { first, _ in first }
        process.currentDirectoryURL = folder
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        var said = ""
        while !said.contains("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            said += String(decoding: data, as: UTF8.self)
        }
        let line = said.split(separator: "\n").first.map { String($0) } ?? ""
        let address = try #require(line.split(separator: " ").last { $0.hasPrefix("http://") }.map { String($0) })
        try await body(address, line)
    }

    private struct Expected: Decodable {
        var text: String
        var instruction: String?
        var tokens: Int
        var vector: [Float]
    }

    private struct ExpectedRank: Decodable {
        var query: String
        var text: String
        var score: Float
    }

    private func expected<Value: Decodable>(_ fixture: String, _ type: Value.Type) throws -> [Value] {
        let url = Self.fixtures.appending(path: "\(fixture)/vectors.json")
        return try JSONDecoder().decode([Value].self, from: Data(contentsOf: url))
    }

    private func cosine(_ first: [Float], _ second: [Float]) -> Float {
        func dot(_ left: [Float], _ right: [Float]) -> Float { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
        return dot(first, second) / (dot(first, first) * dot(second, second)).squareRoot()
    }

    @Test("an embedder alone is served as it is, with the vectors of its makers' program")
    func alone() async throws {
        try await withFolder { folder in
            try await serve(["--model", "vectors.gguf"], in: folder) { address, line in
                #expect(line.contains("vectors"))
                try await ProviderTransport.withTransport { transport in
                    let embedder = try RemoteEmbedder(
                        "vectors",
                        width: 32,
                        at: OpenAIServer(.martlet, at: address, key: nil),
                        transport: transport
                    )
                    #expect(try await embedder.probe() == "answers")
                    let texts = try expected("bert", Expected.self).filter { $0.instruction == nil && !$0.text.isEmpty }
                    let answer = try await embedder.embed(
                        EmbeddingRequest(texts.map { EmbeddingInput($0.text) }, cutsLongTexts: true)
                    )
                    for (text, vector) in zip(texts, answer.vectors) {
                        #expect(cosine(text.vector, vector) > 0.9999, "\(text.text.prefix(40))")
                    }
                    #expect(answer.tokenCount == texts.reduce(0) { $0 + $1.tokens })
                    let short = try await embedder.embed(EmbeddingRequest([EmbeddingInput("a")], dimensions: 8))
                    #expect(short.vectors[0].count == 8)
                    let chat = try OpenAICompatibleModel(
                        "vectors",
                        at: OpenAIServer(.martlet, at: address, key: nil),
                        transport: transport
                    )
                    let error = await #expect(throws: ProviderError.self) {
                        for try await _ in chat.generate(GenerationRequest(.messages([.user("Hello")]))) {}
                    }
                    #expect(error?.description.contains("/v1/embeddings") == true)
                    let bad = await #expect(throws: ProviderError.self) {
                        try await embedder.embed(EmbeddingRequest([EmbeddingInput(.tokens([TokenID(999_999)]))]))
                    }
                    #expect(bad?.failureKind == .invalidRequest(parameter: "input"))
                }
            }
        }
    }

    @Test("both are served beside a model that chats, by options, the environment and the file")
    func together() async throws {
        try await withFolder { folder in
            let yaml = "models:\n  small: {provider: local, model: vectors.gguf}\nreranker: ranks.gguf\n"
            try Data(yaml.utf8).write(to: folder.appending(path: "martlet.yaml"))
            try await serve([], environment: ["MARTLET_EMBEDDER": "vectors.gguf"], in: folder) { address, line in
                #expect(line.contains("fledgling, vectors, small, ranks"))
                try await ProviderTransport.withTransport { transport in
                    for name in ["vectors", "small"] {
                        let embedder = try RemoteEmbedder(
                            name,
                            width: 32,
                            at: OpenAIServer(.generic, at: address, key: nil),
                            transport: transport
                        )
                        #expect(try await embedder.embed(EmbeddingRequest([EmbeddingInput("a")])).vectors.count == 1)
                    }
                    let ranks = try expected("bert-reranker", ExpectedRank.self).prefix(3).filter { !$0.text.isEmpty }
                    for dialect in [OpenAIDialect.martlet, .textEmbeddingsInference, .cohere] {
                        let reranker = try RemoteReranker(
                            "ranks",
                            at: OpenAIServer(dialect, at: address, key: Secret("any")),
                            transport: transport
                        )
                        let answer = try await reranker.rank(
                            RankRequest(query: ranks[0].query, texts: ranks.map(\.text))
                        )
                        for (rank, score) in zip(ranks, answer.scores) {
                            #expect(abs(rank.score - score) < 0.001, "\(dialect.name)")
                        }
                    }
                }
            }
        }
    }

    @Test("both stay served beside documents to answer from")
    func besideDocuments() async throws {
        try await withFolder { folder in
            try Data("# Kettle\n\nDescale the kettle with vinegar.".utf8).write(to: folder.appending(path: "kettle.md"))
            let arguments = ["--embedder", "vectors.gguf", "--reranker", "ranks.gguf", "--knowledge", "kettle.md"]
            try await serve(arguments, in: folder) { address, line in
                #expect(line.contains("fledgling, fledgling+knowledge, vectors, ranks"))
                try await ProviderTransport.withTransport { transport in
                    let embedder = try RemoteEmbedder(
                        "vectors",
                        width: 32,
                        at: OpenAIServer(.generic, at: address, key: nil),
                        transport: transport
                    )
                    #expect(try await embedder.embed(EmbeddingRequest([EmbeddingInput("a")])).vectors.count == 1)
                }
            }
        }
    }

    @Test("vectors that a server keeps all lie in their file after its end, and none in the log beside it")
    func vectorsAtRest() async throws {
        try await withFolder { folder in
            try await serve(["--model", "vectors.gguf", "--vectors", "kept.db"], in: folder) { _, _ in }
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: "kept.db").path))
            let log = FileManager.default.contents(atPath: folder.appending(path: "kept.db-wal").path)
            #expect(log?.isEmpty ?? true)
        }
    }

    @Test(
        "a model of the wrong kind is refused with what it is for",
        arguments: [
            (["serve", "--port", "0", "--embedder", "ranks.gguf"], "rank"),
            (["serve", "--port", "0", "--reranker", "vectors.gguf"], "vectors"),
            (["serve", "--port", "0", "--embedder", "none.gguf"], "none.gguf"),
            (["generate", "--model", "vectors.gguf", "Hello"], "--embedder"),
        ]
    )
    func wrong(arguments: [String], says: String) async throws {
        try await withFolder { folder in
            let (status, _, errors) = try run(arguments, in: folder)
            #expect(status == 1)
            #expect(errors.contains(says), "\(errors)")
        }
    }

    @Test("the doctor says what an embedder makes")
    func doctor() async throws {
        try await withFolder { folder in
            let (_, output, _) = try run(["doctor", "--model", "vectors.gguf"], in: folder)
            #expect(output.contains("vectors of 32 values"), "\(output)")
            #expect(output.contains("pooling"))
        }
    }
}
