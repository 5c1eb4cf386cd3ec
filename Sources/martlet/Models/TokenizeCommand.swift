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
            standard input is the text. Instead of a .gguf file, --model may name a folder with a tokenizer's files \
            (tokenizer.json, spiece.model, vocab.txt, or vocab.json with merges.txt), or one of them.

            EXAMPLES
              martlet tokenize "Hello, world"
              martlet tokenize --model model.gguf --special "<|im_start|>user"
              martlet tokenize --model all-MiniLM-L6-v2/ --with "a passage" "a question"
              martlet tokenize --json < text.txt
            """
    )

    @Argument(help: "The text.")
    var words: [String] = []

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Option(
        help: ArgumentHelp("A second text that the model reads with the first, as a reranker does.", valueName: "text")
    )
    var with: String?

    @Flag(help: "Control tokens in the text become control tokens.")
    var special = false

    @Flag(inversion: .prefixedNo, help: "Put the vocabulary's BOS and EOS tokens around the text.")
    var bos = true

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Print the number of tokens alone.")
    var count = false

    mutating func validate() throws {
        if with != nil, special || !bos {
            throw ValidationError(
                "--with takes neither --special nor --no-bos: two texts need what stands around them."
            )
        }
    }

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
        let tokenizer = try tokenizer()
        let pieces: [Tokenizer.Piece]
        var types: [Int32]?
        if let with {
            guard let pair = tokenizer.encode(text, with: with) else {
                throw CommandError("This model has no rule for two texts. Leave out --with.")
            }
            pieces = tokenizer.pieces(of: pair.tokens)
            types = pair.types
        } else {
            pieces = tokenizer.pieces(of: text, parsingSpecialTokens: special, addingSpecialTokens: bos)
        }
        if count {
            print(pieces.count)
        } else if json {
            let tokens = pieces.enumerated().map { index, piece in
                Report.Token(
                    id: piece.token.rawValue,
                    type: types?[index],
                    text: piece.text,
                    bytes: piece.bytes,
                    kind: "\(piece.kind)"
                )
            }
            print(try JSONOutput.line(Report(count: tokens.count, tokens: tokens)), terminator: "")
        } else {
            show(pieces, types)
        }
    }

    /// The tokenizer of a model's file, or of the files in a folder.
    private func tokenizer() throws -> Tokenizer {
        let chosen = model.model ?? ProcessInfo.processInfo.environment["MARTLET_MODEL"]
        if let chosen, let files = try TokenizerFiles.at(chosen) {
            let name = URL(filePath: chosen).lastPathComponent
            return try Tokenizer(TokenizerDescription(files, name: name))
        }
        return try Tokenizer(VocabularyDescription(GGUFFile.open(path: model.path()).metadata))
    }

    /// A line a token, with its type where there are two texts, and the sum.
    private func show(_ pieces: [Tokenizer.Piece], _ types: [Int32]?) {
        let style = Style.detected(for: STDOUT_FILENO)
        for (index, piece) in pieces.enumerated() {
            let id = String(piece.token.rawValue)
            let padding = String(repeating: " ", count: max(0, 7 - id.count))
            let shown = TerminalText.harmless(piece.text.debugDescription)
            let note = piece.kind == .normal ? "" : style.dim("  \(piece.kind)")
            let type = types.map { style.dim("  \($0[index])") } ?? ""
            print("\(padding)\(style.cyan(id))\(type)  \(shown)\(note)")
        }
        print(style.dim("\(pieces.count) token\(pieces.count == 1 ? "" : "s")"))
    }

    /// What `--json` prints.
    struct Report: Encodable {
        let count: Int
        let tokens: [Token]

        struct Token: Encodable {
            let id: Int32
            /// Which text it belongs to, where there are two.
            let type: Int32?
            let text: String
            let bytes: [UInt8]
            let kind: String
        }
    }
}
