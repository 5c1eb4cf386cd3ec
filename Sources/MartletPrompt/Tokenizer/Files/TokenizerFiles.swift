/// The files beside a model of Hugging Face that say how its text becomes tokens.
public struct TokenizerFiles: Sendable {
    /// The names that are looked for, in one folder.
    public static let names = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt",
        "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model", "tokenizer.model",
    ]
    /// A file with more bytes is refused.
    public static let greatestByteCount = 256 << 20
    /// A vocabulary with more tokens is refused.
    static let greatestTokenCount = 1 << 24

    /// The bytes of each file that is there.
    public private(set) var contents: [String: [UInt8]]

    /// Takes what `read` gives for each name, nil for a file that isn't there.
    public init(reading read: (_ name: String) throws -> [UInt8]?) rethrows {
        contents = [:]
        for name in Self.names { contents[name] = try read(name) }
    }

    /// Takes files that lie in memory.
    public init(_ contents: [String: [UInt8]]) {
        self.contents = contents
    }

    /// A file's bytes if they are text or an own format of bounded size.
    func bytes(_ name: String, isText: Bool = true) throws(PromptError) -> [UInt8]? {
        guard let bytes = contents[name] else { return nil }
        guard bytes.count <= Self.greatestByteCount else {
            throw .unreadable(name, "it has \(bytes.count) bytes, more than \(Self.greatestByteCount)")
        }
        if isText, String(validating: bytes, as: UTF8.self) == nil { throw .unreadable(name, "it is not UTF-8 text") }
        return bytes
    }
}
