import ArgumentParser
import FoundationEssentials
import MartletTerminal
import MartletWeights

/// `martlet inspect`: what a model file says about itself.
struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show a model file's metadata and tensors.",
        discussion: """
            Long arrays are shown by their first elements; control characters are shown as escapes.

            EXAMPLES
              martlet inspect model.gguf
              martlet inspect --no-tensors model.gguf
              martlet inspect --json model.gguf | jq .metadata
            """
    )

    @Argument(help: "The .gguf file.", completion: .file(extensions: ["gguf"]))
    var file: String

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(inversion: .prefixedNo, help: "List every tensor.")
    var tensors = true

    func run() async throws {
        let file = try GGUFFile.open(path: file)
        let report = ModelReport(file, includesTensors: tensors)
        if json {
            print(try JSONOutput.pretty(report), terminator: "")
        } else {
            print(report.text)
        }
    }
}
