import Foundation
import MartletCore
import Testing

/// `martlet embed` as a person runs it, with a tiny model that `martlet convert` makes first.
@Suite("Vectors from the terminal", .serialized, .timeLimit(.minutes(2)))
final class EmbedProcessTests {
    private let folder: URL
    private let model: String
    private let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "MartletConversionTests/Fixtures")

    private struct Outcome {
        var output: String
        var errors: String
        var status: Int32

        /// The objects that were printed, one a line.
        var objects: [JSONValue] {
            output.split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)) }
        }
    }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        model = folder.appending(path: "bert.gguf").path
        let source = fixtures.appending(path: "bert").path
        #expect(try run(["convert", source, model, "--format", "f32"]).status == 0)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    private func run(_ arguments: [String], input: [UInt8] = []) throws -> Outcome {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = Process()
        let (output, errors) = (folder.appending(path: "out"), folder.appending(path: "err"))
        let source = folder.appending(path: "in")
        try Data(input).write(to: source)
        for file in [output, errors] { try Data().write(to: file) }
        process.executableURL = URL(filePath: tests).deletingLastPathComponent().appending(path: "martlet")
        process.arguments = arguments
        process.environment = ["HOME": folder.path]
        process.currentDirectoryURL = folder
        process.standardInput = try FileHandle(forReadingFrom: source)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        return Outcome(
            output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8),
            status: process.terminationStatus
        )
    }

    private func embed(_ arguments: [String], input: String = "") throws -> Outcome {
        try run(["embed", "--model", model, "--threads", "1"] + arguments, input: Array(input.utf8))
    }

    private func vector(_ object: JSONValue) -> [Double] { (object["embedding"]?.array ?? []).compactMap(\.number) }

    private func cosine(_ left: [Double], _ right: [Double]) -> Double {
        guard left.count == right.count, !left.isEmpty else { return .nan }
        func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
        return dot(left, right) / (dot(left, left) * dot(right, right)).squareRoot()
    }

    @Test("texts as arguments get the reference's vectors, and standard error says what they are made of")
    func arguments() throws {
        let expected = try #require(
            try JSONValue(parsing: Array(Data(contentsOf: fixtures.appending(path: "bert/vectors.json")))).array
        )
        let plain = expected.filter { $0["instruction"] == nil }
        let outcome = try embed(plain.compactMap { $0["text"]?.string })
        #expect(outcome.status == 0 && outcome.objects.count == plain.count)
        for (index, (object, answer)) in zip(outcome.objects, plain).enumerated() {
            #expect(object["index"]?.integer == Int64(index) && object["tokens"] == answer["tokens"])
            #expect(cosine(vector(object), (answer["vector"]?.array ?? []).compactMap(\.number)) > 0.9999)
        }
        #expect(outcome.errors.contains("pooling mean: bert.pooling_type of the file"))
        let quiet = try embed(["--quiet", "a bird"])
        #expect(quiet.errors.isEmpty && quiet.status == 0)
        let cut = try embed(["--dimensions", "5", "--json", "a bird", "a model"])
        let report = try #require(cut.objects.first)
        #expect(report["dimensions"]?.integer == 5 && report["embeddings"]?.array?.count == 2)
    }

    @Test("lines of text and of objects, with ids and instructions, in their order and in bounded pieces")
    func lines() throws {
        let many = (0..<1500).map { "{\"id\": \"n\($0)\", \"text\": \"the bird of number \($0 % 700)\"}" }
        let outcome = try embed(["--input", "-"], input: many.joined(separator: "\n") + "\n")
        #expect(outcome.status == 0 && outcome.objects.count == 1500)
        #expect(
            outcome.objects.enumerated().allSatisfy {
                $1["id"]?.string == "n\($0)" && $1["index"]?.integer == Int64($0)
            }
        )
        #expect(vector(outcome.objects[3]) == vector(outcome.objects[703]))

        let path = folder.appending(path: "lines.txt").path
        try Data("\u{FEFF}a bird\r\na model\n{ no object }".utf8).write(to: URL(filePath: path))
        let text = try embed(["--input", path, "--instruction", "query: "])
        #expect(text.status == 0 && text.objects.count == 3)
        let same = try embed(
            ["--lines", "jsonl"],
            input: "{\"text\":\"a bird\",\"instruction\":\"query: \",\"other\":1}\n"
        )
        #expect(vector(same.objects[0]) == vector(text.objects[0]))
        let empty = folder.appending(path: "empty.txt").path
        try Data().write(to: URL(filePath: empty))
        let nothing = try embed(["--file", empty])
        #expect(nothing.status == 1 && nothing.errors.contains("the text is empty"))
        let skipping = try embed(["--input", "-", "--skip-empty"], input: "\na bird\n \n\na model\n\n")
        #expect(skipping.status == 0 && skipping.objects.count == 2)
    }

    @Test("a NumPy file has the shape in its header and the same numbers")
    func numpy() throws {
        let path = folder.appending(path: "v.npy").path
        let texts = ["a bird", "a model", "ласточка"]
        #expect(try embed(texts + ["--output", path]).status == 0)
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        #expect(bytes.count == 128 + 3 * 32 * 4)
        #expect(String(decoding: bytes[10..<128], as: UTF8.self).contains("'shape': (3, 32), }"))
        let numbers = bytes[128...].withUnsafeBytes { raw in
            (0..<96).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
        let lines = try embed(texts)
        #expect(vector(lines.objects[1]).map { Float($0) } == Array(numbers[32..<64]))
        let exists = try embed(texts + ["--output", path])
        #expect(exists.status == 1 && exists.errors.contains("--force"))
        #expect(try embed(["a bird", "--output", path, "--force", "--quiet"]).status == 0)
        #expect(try Data(contentsOf: URL(filePath: path)).count == 128 + 32 * 4)
    }

    @Test("how alike texts are")
    func similarity() throws {
        let pair = try embed(["--similarity", "--quiet", "a bird lands", "a bird lands"])
        #expect(pair.output == "1.0000\n")
        let table = try embed(["--similarity", "a bird", "a model", "numbers"])
        #expect(table.status == 0 && table.output.split(separator: "\n").count == 4 && table.output.contains("a model"))
        let object = try embed(["--similarity", "--json", "a bird", "a model"]).objects.first
        #expect(object?["similarity"]?.array?.count == 2)
        #expect(try embed(["--similarity", "alone"]).status == 1)
    }

    @Test("what is broken is named by its line, and leaves no file")
    func broken() throws {
        let path = folder.appending(path: "broken.jsonl").path
        let output = folder.appending(path: "never.jsonl").path
        let long = String(repeating: "bird ", count: 400)
        let cases: [(bytes: [UInt8], words: String)] = [
            (Array("{\"text\":\"a\"}\n\n{\"text\":\"b\"}".utf8), "line 2 of broken.jsonl is empty"),
            (Array("{\"text\":\"a\"}\n{\"text\":".utf8), "line 2 of broken.jsonl is not JSON"),
            (Array("{\"text\":\"a\"}\n[1]\n".utf8), "line 2 of broken.jsonl is no object"),
            (Array("{\"text\":\"a\"}\n{\"text\":\"b\",\"instruction\":7}\n".utf8), "\"instruction\" that is no text"),
            (Array("{\"text\":\"a\"}\n{\"text\":\"".utf8) + [0xC3, 0x28] + Array("\"}\n".utf8), "not UTF-8"),
            (Array("{\"text\":\"a\"}\n{\"text\":\"b\"}\n{\"text\":\"\(long)\"}\n".utf8), "line 3 of broken.jsonl: "),
            (Array("{\"text\":\"a\"}\n{\"text\":\" \"}\n".utf8), "line 2 of broken.jsonl: "),
            ([], "no text"),
        ]
        for (bytes, words) in cases {
            try Data(bytes).write(to: URL(filePath: path))
            let outcome = try embed(["--input", path, "--output", output])
            #expect(outcome.status == 1 && outcome.errors.contains(words), "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("never") }
        #expect(left.isEmpty)
        try Data("{\"text\":\"\(long)\"}".utf8).write(to: URL(filePath: path))
        let cut = try embed(["--input", path, "--truncate"])
        #expect(cut.status == 0 && cut.objects[0]["cut"] == .bool(true) && cut.errors.contains("1 cut at 128 tokens"))
    }

    @Test("models and options that don't go together say what does")
    func options() throws {
        let none = try run(["embed", "a bird"])
        #expect(none.status == 1 && none.errors.contains("MARTLET_EMBEDDER"))
        let chat = try run(["convert", fixtures.appending(path: "qwen3").path, "qwen3.gguf", "--format", "f32"])
        #expect(chat.status == 0)
        let decoder = try run(["embed", "--model", folder.appending(path: "qwen3.gguf").path, "a bird"])
        #expect(decoder.status == 1 && decoder.errors.contains("embedding model"))
        let prompt = try embed(["--prompt-name", "query", "a bird"])
        #expect(prompt.status == 1 && prompt.errors.contains("--instruction"))
        for wrong in [
            ["--format", "npy", "a"], ["--output", "x.txt", "a"], ["--input", "x", "a"], ["--dimensions", "0", "a"],
            ["--json", "--output", "x.npy", "a"], ["--instruction", "a", "--prompt-name", "b", "c"], ["--force", "a"],
        ] {
            #expect(try embed(wrong).status == 2, "\(wrong)")
        }
        #expect(try embed(["--dimensions", "33", "a"]).errors.contains("1 to 32"))
        let inspected = try run(["inspect", model, "--no-tensors"])
        #expect(inspected.output.contains("made for: embedder") && inspected.output.contains("pooling mean"))
    }
}
