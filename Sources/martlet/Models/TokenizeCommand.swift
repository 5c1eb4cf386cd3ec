import ArgumentParser
import Foundation
import MartletCore
import MartletEngine
import MartletPrompt
import MartletTerminal
import MartletWeights

/// `martlet tokenize`: the tokens of a text.
struct TokenizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Show the tokens that a model's vocabulary makes of a text.",
        discussion: """
            Text that looks like a control token stays text, as in a chat; --special lets it become one. Without a text, \
            standard input is the text.

            EXAMPLES
              martlet tokenize "Hello, world"
              martlet tokenize --model model.gguf --special "<|im_start|>user"
              martlet tokenize --json < text.txt
            """
    )

    @Argument(help: "The text.")
    var words: [String] = []

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Flag(help: "Control tokens in the text become control tokens.")
    var special = false

    @Flag(inversion: .prefixedNo, help: "Put the vocabulary's BOS and EOS tokens around the text.")
    var bos = true

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Print the number of tokens alone.")
    var count = false

    func run() async throws {
        var text = words.joined(separator: " ")
        if words.isEmpty {
            if isatty(STDIN_FILENO) == 1 {
                throw ValidationError("There is no text. Give one as an argument, or pipe it in.")
            }
            let data = try FileHandle.standardInput.read(upToCount: 64 << 20) ?? Data()
            guard let valid = String(validating: data, as: UTF8.self) else {
                throw CommandError("Standard input is not UTF-8 text. Convert it first, for instance with iconv.")
            }
            text = valid
        }
        let file = try GGUFFile.open(path: model.path())
        let tokenizer = try Tokenizer(VocabularyDescription(file.metadata))
        let pieces = tokenizer.pieces(of: text, parsingSpecialTokens: special, addingSpecialTokens: bos)
        if count {
            print(pieces.count)
        } else if json {
            let tokens = pieces.map { piece in
                Report.Token(
                    id: piece.token.rawValue,
                    text: piece.text,
                    bytes: piece.bytes,
                    kind: "\(piece.kind)"
                )
            }
            print(try JSONOutput.line(Report(count: tokens.count, tokens: tokens)), terminator: "")
        } else {
            show(pieces)
        }
    }

    /// A line a token, and the sum.
    private func show(_ pieces: [Tokenizer.Piece]) {
        let style = Style.detected(for: STDOUT_FILENO)
        for piece in pieces {
            let id = String(piece.token.rawValue)
            let padding = String(repeating: " ", count: max(0, 7 - id.count))
            let shown = TerminalText.harmless(piece.text.debugDescription)
            let note = piece.kind == .normal ? "" : style.dim("  \(piece.kind)")
            print("\(padding)\(style.cyan(id))  \(shown)\(note)")
        }
        print(style.dim("\(pieces.count) token\(pieces.count == 1 ? "" : "s")"))
    }

    /// What `--json` prints.
    struct Report: Encodable {
        let count: Int
        let tokens: [Token]

        struct Token: Encodable {
            let id: Int32
            let text: String
            let bytes: [UInt8]
            let kind: String
        }
    }
}
