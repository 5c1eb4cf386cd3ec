import Foundation
import Testing

/// `martlet generate` and `martlet chat` as somebody types them, with the model in the box.
@Suite("Answers in a terminal and in a script", .serialized, .timeLimit(.minutes(3)))
struct GenerateProcessTests {
    private static let model = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Models/fledgling.gguf").path

    private struct Answer: Decodable {
        var text: String
        var generatedTokens: Int
    }

    private func run(
        _ command: String,
        _ arguments: [String],
        input: String = ""
    ) throws -> (status: Int32, output: String, errors: String) {
        try MartletProgram.run(
            [command, "--model", Self.model] + arguments,
            environment: ["HOME": NSTemporaryDirectory()],
            input: input
        )
    }

    private func answer(_ arguments: [String]) throws -> Answer {
        let run = try run("generate", ["--json"] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Answer.self, from: Data(run.output.utf8))
    }

    @Test("greedy answers and those of one seed are always the same")
    func reproducible() throws {
        for options in [["--temperature", "0"], ["--temperature", "0.9", "--seed", "7"]] {
            let first = try answer(options + ["Who are you?"])
            #expect(!first.text.isEmpty && first.generatedTokens > 1)
            #expect(try answer(options + ["Who are you?"]).text == first.text)
        }
    }

    @Test("numbers may be negative where that means something, and are refused where it doesn't")
    func negativeNumbers() throws {
        for options in [
            ["--presence-penalty", "-0.5"], ["--frequency-penalty", "-0.5"],
            ["--beams", "2", "--length-penalty", "-1"],
        ] { #expect(try !answer(options + ["Who are you?"]).text.isEmpty) }
        let refused = try run("generate", ["--temperature", "-1", "Hello"])
        #expect(refused.status != 0)
        #expect(refused.errors.contains("temperature") && !refused.errors.contains("Missing"), "\(refused.errors)")
    }

    @Test("a prompt longer than the context is an error that names both")
    func longPrompt() throws {
        let run = try run("generate", [], input: String(repeating: "word ", count: 3000))
        #expect(run.status != 0 && run.output.isEmpty)
        #expect(run.errors.contains("1024") && run.errors.contains("--context"), "\(run.errors)")
    }

    @Test("lines that come through a pipe are answered one after the other; a slip in a command is named")
    func pipedChat() throws {
        let run = try run("chat", [], input: "My name is Ann.\nWhat is my name?\n/rest\n")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("Ann"), "\(run.output)")
        #expect((run.output + run.errors).contains("/reset"), "\(run.output) \(run.errors)")
    }

    @Test("options, models and commands that don't exist get a suggestion")
    func slips() throws {
        for (arguments, suggestion) in [
            (["generate", "--modell", "x", "hi"], "--model"), (["genrate", "hi"], "martlet generate"),
            (["pull", "smolm2"], "smollm2"),
        ] {
            let run = try MartletProgram.run(arguments, environment: ["HOME": NSTemporaryDirectory()])
            #expect(run.status != 0)
            #expect(run.errors.contains("Did you mean '\(suggestion)"), "\(run.errors)")
        }
    }
}
