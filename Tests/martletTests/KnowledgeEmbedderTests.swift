import Foundation
import MartletCore
import MartletTestSupport
import Testing

/// Documents that are found with an embedding model elsewhere, by the whole program.
@Suite("Answers from documents, with an embedding model elsewhere", .serialized, .timeLimit(.minutes(2)))
struct KnowledgeEmbedderTests {
    /// A server like OpenAI's whose vectors are how often each of three letters stands in a text.
    @Sendable private static func answer(_ request: ReceivedRequest, _ number: Int) -> ScriptedResponse {
        let inputs = request.json["input"]?.array ?? []
        let data = inputs.enumerated().map { index, input -> JSONValue in
            let text = input.string?.lowercased() ?? ""
            let counts = "kbn".map { letter in Float(text.count { $0 == letter }) + 0.25 }
            let isBase64 = request.json["encoding_format"] == "base64"
            let vector: JSONValue =
                isBase64
                ? .string(String(decoding: Base64.encode(counts), as: UTF8.self))
                : .array(counts.map { .number(Double($0)) })
            return ["object": "embedding", "index": .integer(Int64(index)), "embedding": vector]
        }
        let body: JSONValue = ["object": "list", "data": .array(data), "usage": ["prompt_tokens": 1]]
        return .json(body.text)
    }

    @Test("is asked where it is named, is measured first, and never only because a file says so")
    func hosted() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("# Kettle\n\nDescale the kettle.".utf8).write(to: folder.appending(path: "a.md"))
        try Data("# Boat\n\nA boat has a bow.".utf8).write(to: folder.appending(path: "b.md"))
        let answer: @Sendable (ReceivedRequest, Int) -> ScriptedResponse = { Self.answer($0, $1) }
        try await ScriptedServer.run(answer) { server in
            let place = "\(server.url)/v1#three-letters"
            @Sendable func run(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
                try MartletProgram.run(arguments, environment: ["HOME": folder.path], in: folder)
            }
            let indexed = try run(["index", "a.md", "b.md", "--into", "k.db", "--embedder", place])
            #expect(indexed.status == 0, "\(indexed.errors)")
            #expect(indexed.output.contains("found by words and by three-letters"))
            let asked = server.requests.count
            #expect(asked > 0 && server.requests.allSatisfy { $0.json["model"]?.string == "three-letters" })
            let silent = try run(["search", "kettle", "--into", "k.db"])
            #expect(silent.status == 1 && silent.errors.contains("--embedder \(place)"))
            let local = try run(["index", "--list", "--into", "k.db"])
            #expect(local.status == 0 && server.requests.count == asked)
            let found = try run(["search", "kettle", "--into", "k.db", "--embedder", place, "--json"])
            #expect(found.status == 0, "\(found.errors)")
            let first = try JSONValue(parsing: Array(found.output.utf8))["matches"]?.array?.first
            #expect(first?["location"]?.string == "a.md" && first?["similarity"]?.number != nil)
            let configuration =
                "models:\n  letters: {provider: openai, model: three-letters, type: embedding, dimensions: 3, "
                + "base_url: '\(server.url)/v1'}\n"
            try Data(configuration.utf8).write(to: folder.appending(path: "martlet.yaml"))
            #expect(try run(["index", "a.md", "--into", "named.db", "--embedder", "letters"]).status == 0)
            #expect(try run(["search", "kettle", "--into", "named.db"]).status == 0)
            try Data((configuration + "local_only: true\n").utf8).write(to: folder.appending(path: "martlet.yaml"))
            let forbidden = try run(["search", "kettle", "--into", "named.db"])
            #expect(forbidden.status == 1 && forbidden.errors.contains("only local models may be used"))
        }
    }
}
