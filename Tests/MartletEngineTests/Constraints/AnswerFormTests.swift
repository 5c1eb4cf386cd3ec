import Foundation
import MartletCore
import MartletEngine
import MartletPrompt
import Testing

@Suite("Answers that have a form, from file to text")
struct AnswerFormTests {
    private static func model(_ name: String) throws -> LocalModel {
        var options = LocalModelOptions()
        options.threadCount = 2
        let fixture = Bundle.module.path(forResource: name, ofType: "gguf", inDirectory: "Fixtures")
        // The model in the box, which chats.
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Models")
        return try LocalModel.load(path: fixture ?? root.appending(path: "\(name).gguf").path, options: options)
    }

    private func request(
        _ input: GenerationRequest.Input,
        _ constraint: OutputConstraint,
        seed: UInt64,
        temperature: Float = 2,
        maximum: Int = 200
    ) -> GenerationRequest {
        var sampling = SamplingOptions()
        sampling.temperature = temperature
        sampling.topK = 0
        sampling.topP = 1
        sampling.minP = 0
        sampling.seed = seed
        var request = GenerationRequest(input, sampling: sampling, maximumTokenCount: maximum)
        request.constraint = constraint
        request.contextOverflow = .fail
        return request
    }

    static let person: JSONValue = [
        "type": "object",
        "properties": [
            "name": ["type": "string", "maxLength": 12], "age": ["type": "integer", "minimum": 18, "maximum": 99],
            "likes": ["type": "array", "items": ["enum": ["tea", "rain", "🐦"]], "maxItems": 3],
            "mail": ["type": ["string", "null"], "pattern": "^[a-z]{1,8}@[a-z]{1,8}\\.org$"],
        ],
        "required": ["name", "age", "likes", "mail"], "additionalProperties": false,
    ]

    @Test(
        "JSON of a schema comes even from a random model at temperature 2",
        arguments: ["tiny-gpt2", "fledgling"]
    )
    func schema(_ name: String) async throws {
        let model = try Self.model(name)
        let grammar = try Grammar(.jsonSchema(Self.person))
        let input: GenerationRequest.Input =
            name == "fledgling" ? .messages([.user("Who are you? Answer in JSON.")]) : .text("Once upon a time")
        let room = min(200, model.information.contextLength - 24)
        var wholeCount = 0
        for seed in 1...UInt64(20) {
            let answer = try await model.generate(
                request(input, .jsonSchema(Self.person), seed: seed, maximum: room)
            ).answer()
            let reason = try #require(answer.summary?.reason)
            guard reason != .length else { continue }
            #expect(reason == .endOfTurn)
            wholeCount += 1
            let value = try JSONValue(parsing: Array(answer.text.utf8))
            #expect(grammar.accepts(answer.text.utf8), "\(answer.text)")
            #expect(value.object?.names == ["name", "age", "likes", "mail"])
            #expect((18...99).contains(value["age"]?.integer ?? 0))
        }
        #expect(wholeCount >= 10)
    }

    @Test("greedy answers have the form too, and a grammar's end ends them")
    func greedy() async throws {
        let model = try Self.model("tiny-llama")
        let answer = try await model.generate(
            request(.text("Once"), .grammar("root ::= \" \"? (\"yes\" | \"no\") \"!\""), seed: 1, temperature: 0)
        ).answer()
        #expect(["yes!", "no!"].contains(answer.text.drop { $0 == " " }))
        #expect(answer.summary?.reason == .endOfTurn)
    }

    @Test("JSON mode gives objects")
    func object() async throws {
        let model = try Self.model("fledgling")
        var wholeCount = 0
        for seed in 1...UInt64(6) {
            let answer = try await model.generate(
                request(.messages([.user("JSON, please.")]), .jsonObject, seed: seed, temperature: 1)
            ).answer()
            guard answer.summary?.reason == .endOfTurn else { continue }
            wholeCount += 1
            #expect(try JSONValue(parsing: Array(answer.text.utf8)).object != nil)
        }
        #expect(wholeCount > 0)
    }

    @Test("a form that can't be used is the request's fault, and nothing is generated")
    func fault() async throws {
        let model = try Self.model("tiny-llama")
        // This vocabulary has no braces, so that no object can be spelled.
        for form in [OutputConstraint.grammar("root ::= x"), .jsonSchema(["not": [:]]), .jsonObject] {
            let error = await #expect(throws: GrammarError.self) {
                _ = try await model.generate(request(.text("Once"), form, seed: 1)).answer()
            }
            #expect(error?.remedy.isEmpty == false)
        }
    }
}
