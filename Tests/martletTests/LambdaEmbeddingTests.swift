import Foundation
import MartletAWS
import MartletCore
import MartletSimulator
import Testing
import martlet

/// Sentences in, vectors out, as the first functions of this kind did it.
@Suite("Vectors from a function", .serialized, .timeLimit(.minutes(3)))
struct LambdaEmbeddingTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// A tiny model of Instructor's kind, and what its own library makes of some texts.
    private static let fixture = root.appending(path: "Tests/MartletConversionTests/Fixtures/instructor")

    @Test(
        "reads a sentence or several, each with the instruction",
        arguments: [
            (#"{"sentence": "a"}"#, [EmbeddingInput("a")]),
            (#"{"instruction": null, "sentence": "a"}"#, [EmbeddingInput("a")]),
            (#"{"instruction": " ", "sentence": "a"}"#, [EmbeddingInput("a", instruction: "")]),
            (#"{"instruction": "Represent: ", "sentence": "a"}"#, [EmbeddingInput("a", instruction: "Represent: ")]),
            (
                #"{"instruction": "i", "sentence": ["a", "b"]}"#,
                [EmbeddingInput("a", instruction: "i"), EmbeddingInput("b", instruction: "i")]
            ),
        ]
    )
    func reading(json: String, inputs: [EmbeddingInput]) throws {
        let value = try JSONValue(parsing: Array(json.utf8))
        #expect(DirectTexts.isMeant(by: value))
        #expect(try DirectTexts(value).inputs == inputs)
    }

    @Test(
        "names what is wrong",
        arguments: [
            (#"{"sentence": ""}"#, "empty"), (#"{"sentence": ["a", " "]}"#, "sentence 2"),
            (#"{"sentence": []}"#, "1 to"), (#"{"sentence": 5}"#, "list of texts"),
            (#"{"sentence": ["a", 5]}"#, "list of texts"), (#"{"sentence": "a", "instruction": 5}"#, "instruction"),
        ]
    )
    func wrong(json: String, hint: String) throws {
        let value = try JSONValue(parsing: Array(json.utf8))
        let error = #expect(throws: LambdaFault.self) { try DirectTexts(value) }
        #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
    }

    /// A function with the tiny model, started as somebody does who names nothing but the model.
    private func withFunction(
        settings: [String: String] = [:],
        _ body: (LambdaProcess) async throws -> Void
    ) async throws {
        try await LambdaWorld.with { world in
            let model = world.folder.appending(path: "instructor.gguf").path
            let made = try MartletProgram.run(
                ["convert", Self.fixture.path, model, "--format", "f32", "--quiet"],
                environment: ["HOME": world.folder.path]
            )
            #expect(made.status == 0, "\(made.errors)")
            let function = try LambdaProcess(world.simulator, folder: world.folder, settings: settings)
            do {
                try await function.launch(arguments: ["--model", model], environment: [:])
                try await body(function)
            } catch {
                try await function.kill()
                throw error
            }
            try await function.kill()
        }
    }

    @Test("answers the first event of its kind in its shape, with the instruction applied as the model was taught")
    func event() async throws {
        struct Expected: Decodable {
            let text: String
            let instruction: String?
            let vector: [Double]
        }
        let data = try Data(contentsOf: Self.fixture.appending(path: "vectors.json"))
        let expected = try JSONDecoder().decode([Expected].self, from: data)
        try #require(expected.contains { $0.instruction != nil })
        try await withFunction { function in
            for one in expected {
                var event: JSONObject = ["sentence": .string(one.text)]
                event["instruction"] = .string(one.instruction ?? "")
                let answer = try await function.invoke(JSONValue.object(event).text)
                let value = try JSONValue(parsing: Array(answer.body.utf8))
                #expect(value["statusCode"]?.integer == 200, "\(answer.body.prefix(400))")
                let body = try JSONValue(parsing: Array((value["body"]?.string ?? "").utf8))
                #expect(body["length"]?.integer == 1)
                let vectors = body["embeddings"]?.array ?? []
                try #require(vectors.count == 1)
                let vector = (vectors[0].array ?? []).compactMap(\.number)
                try #require(vector.count == one.vector.count)
                let product = zip(vector, one.vector).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(product > 0.9999, "\(one.text.prefix(40)): \(product)")
            }
        }
    }

    @Test("takes several sentences, stays warm, and says what it does not do")
    func others() async throws {
        try await withFunction { function in
            func body(_ event: String) async throws -> JSONValue {
                try JSONValue(parsing: Array(try await function.invoke(event).body.utf8))
            }
            let two = try await body(#"{"sentence": ["one", "two"], "instruction": "Represent: "}"#)
            #expect(two["body"]?.string?.contains(#""length":2"#) == true)
            #expect(try await body(LambdaProcess.schedule)["warm"]?.bool == true)
            let prompt = try await body(#"{"prompt": "Hello!"}"#)
            #expect(prompt["errorType"]?.string == "Martlet.WrongModel", "\(prompt.text)")
            let long = try await body(#"{"sentence": "\#(String(repeating: "word ", count: 200_000))"}"#)
            #expect(long["errorMessage"]?.string?.contains("tokens") == true, "\(long.text.prefix(300))")
            let empty = try await body(#"{"instruction": "Represent: ", "sentence": " "}"#)
            #expect(empty["errorType"]?.string == "Martlet.InvalidSentence")
        }
    }

    @Test("serves the same vectors at its address")
    func address() async throws {
        try await withFunction { function in
            let event = try await function.invoke(#"{"instruction": "Represent: ", "sentence": "one"}"#)
            let response = try await function.post(
                "/v1/embeddings",
                #"{"input": "one", "instruction": "Represent: "}"#,
                headers: ["Content-Type": "application/json"]
            )
            #expect(response.status == 200, "\(response.body.prefix(400))")
            let body = try JSONValue(parsing: Array(event.body.utf8))["body"]?.string ?? ""
            let own = try JSONValue(parsing: Array(body.utf8))["embeddings"]?.array?.first?.array
            let served = try JSONValue(parsing: Array(response.body.utf8))["data"]?.array?.first?["embedding"]?.array
            let pairs = zip((own ?? []).compactMap(\.number), (served ?? []).compactMap(\.number))
            #expect(own?.count == 24 && served?.count == 24)
            #expect(pairs.allSatisfy { abs($0 - $1) < 1e-6 })
        }
    }

    @Test("answers events and nobody at its address where strangers may come and there is no key")
    func closed() async throws {
        try await withFunction(settings: ["MARTLET_HOST": "0.0.0.0"]) { function in
            let response = try await function.post("/v1/embeddings", #"{"input": "one"}"#)
            #expect(response.status == 403)
            #expect(response.body.contains("MARTLET_API_KEY"))
            #expect(try await function.invoke(#"{"sentence": "one"}"#).body.contains("embeddings"))
        }
    }

    @Test("is not what a function does whose model writes answers")
    func decoder() async throws {
        try await LambdaWorld.with { world in
            try await world.withFunction(mode: "api") { function in
                let model = Self.root.appending(path: "Models/fledgling.gguf").path
                try await function.launch(arguments: ["--model", model], environment: [:])
                let answer = try await function.invoke(#"{"sentence": "Hello!"}"#)
                #expect(answer.body.contains("makes no vectors"), "\(answer.body)")
            }
        }
    }
}
