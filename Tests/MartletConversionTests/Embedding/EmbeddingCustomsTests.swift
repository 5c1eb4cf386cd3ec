import Foundation
import MartletConversion
import MartletEngine
import MartletWeights
import Testing

@Suite("How texts are given to a model comes along with it")
struct EmbeddingCustomsTests {
    private let key = "martlet.embedding.instruction"

    /// Converts a changed copy of a folder, under a name of its own.
    private func convert(
        _ name: String,
        excludesInstruction: Bool? = nil,
        pooling: Int? = nil,
        as copyName: String = "model",
        _ change: (String) throws -> Void = { _ in }
    ) throws -> GGUFFile {
        let parent = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: parent) }
        let copy = parent.appending(path: copyName).path
        try FileManager.default.copyItem(atPath: try EmbeddingFixture(name).folder, toPath: copy)
        try change(copy)
        let path = EmbeddingFixture.temporaryPath()
        defer { unlink(path) }
        let folder = try ModelFolder(path: copy)
        let converter = try ModelConverter(folder: folder, pooling: pooling, excludesInstruction: excludesInstruction)
        _ = try converter.write(to: path, precision: .f32)
        return try GGUFFile.open(path: path)
    }

    private func replace(_ text: String, by other: String, in path: String) throws {
        let old = try String(contentsOfFile: path, encoding: .utf8)
        try #require(old.contains(text))
        try old.replacingOccurrences(of: text, with: other).write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test("Instructor is known by its modules, by include_prompt, by its name, or by what a person says")
    func instructor() throws {
        #expect(try convert("instructor").metadata.string(key) == nil)
        #expect(try convert("instructor", as: "Instructor-large").metadata.string(key) == "excluded")
        #expect(try convert("bert", as: "instructor-bert").metadata.string(key) == nil)
        let modules = try convert("instructor") { copy in
            try replace(
                "sentence_transformers.models.Pooling",
                by: "InstructorEmbedding.INSTRUCTOR_Pooling",
                in: "\(copy)/modules.json"
            )
            try replace("models.Transformer", by: "models.INSTRUCTOR_Transformer", in: "\(copy)/modules.json")
        }
        #expect(try modules.metadata.string(key) == "excluded")
        let prompt = try convert("bert") { copy in
            try replace("{\"word", by: "{\"include_prompt\": false, \"word", in: "\(copy)/1_Pooling/config.json")
        }
        #expect(try prompt.metadata.string(key) == "excluded")
        let original = try convert("instructor") { copy in
            try replace(
                "\"_name_or_path\": \"\"",
                by: "\"_name_or_path\": \"hkunlp/instructor-xl\"",
                in: "\(copy)/config.json"
            )
        }
        #expect(try original.metadata.string(key) == "excluded")
        #expect(try convert("bert", excludesInstruction: true).metadata.string(key) == "excluded")
        #expect(
            try convert("instructor", excludesInstruction: false, as: "instructor").metadata.string(key) == "included"
        )
    }

    @Test("prompts by name, the default one, and the greatest length")
    func prompts() throws {
        let plain = try convert("qwen3-embedding").metadata
        #expect(try plain.strings("martlet.embedding.prompt_names")?.count == 2)
        #expect(try plain.strings("martlet.embedding.prompts")?.text(at: 1) == "Instruct: find the bird\nQuery:")
        #expect(try plain.string("martlet.embedding.default_prompt") == nil)
        let named = try convert("qwen3-embedding") { copy in
            let path = "\(copy)/config_sentence_transformers.json"
            try replace("\"default_prompt_name\": null", by: "\"default_prompt_name\": \"query\"", in: path)
        }
        #expect(try named.metadata.string("martlet.embedding.default_prompt") == "query")
        #expect(try convert("xlm-roberta").metadata.integer("martlet.embedding.maximum_length") == 96)
    }

    @Test("what is broken is refused")
    func broken() throws {
        func failure(_ name: String, _ change: (String) throws -> Void) throws -> ConversionError {
            try #require(throws: ConversionError.self) { _ = try convert(name, change) }
        }
        let prompts = "config_sentence_transformers.json"
        let missing = try failure("qwen3-embedding") {
            try replace(
                "\"default_prompt_name\": null",
                by: "\"default_prompt_name\": \"none\"",
                in: "\($0)/\(prompts)"
            )
        }
        #expect(missing.detail.contains("none") && missing.file == prompts)
        let number = try failure("qwen3-embedding") {
            try replace("\"document\": \"\"", by: "\"document\": 7", in: "\($0)/\(prompts)")
        }
        #expect(number.file == prompts)
        let lower = try failure("xlm-roberta") {
            try replace(
                "\"do_lower_case\": false",
                by: "\"do_lower_case\": true",
                in: "\($0)/sentence_bert_config.json"
            )
        }
        #expect(lower.detail.contains("small letters"))
        let length = try failure("xlm-roberta") {
            try replace("\"max_seq_length\": 96", by: "\"max_seq_length\": -1", in: "\($0)/sentence_bert_config.json")
        }
        #expect(length.detail.contains("max_seq_length"))
        // Naming the pooling makes up for a missing folder, and for nothing else.
        let pooled = try convert("bert", pooling: 2) { try FileManager.default.removeItem(atPath: "\($0)/1_Pooling") }
        #expect(try pooled.metadata.integer("bert.pooling_type") == 2)
        let dense = try #require(throws: ConversionError.self) {
            _ = try convert("instructor", pooling: 1) { try FileManager.default.removeItem(atPath: "\($0)/2_Dense") }
        }
        #expect(dense.file?.contains("2_Dense") == true)
        let decoder = try failure("qwen3-embedding") {
            try Data("[{".utf8).write(to: URL(filePath: "\($0)/modules.json"))
        }
        #expect(decoder.file == "modules.json")
    }
}
