public import MartletCore

/// Turns a stream of tokens into text without loss: bytes of a character that is not complete yet wait for the rest.
///
/// All texts together equal `String(decoding:as: UTF8.self)` of all bytes, however the tokens cut them.
public struct TokenStreamDecoder: Sendable {
    private let tokenizer: Tokenizer
    private let renderedControlTokens: Set<TokenID>
    private var dropsSpace: Bool
    private var decoder = UTF8StreamDecoder()

    /// Makes a decoder for one stream.
    ///
    /// - Parameters:
    ///   - tokenizer: Says what the tokens stand for.
    ///   - dropsSpacePrefix: Whether the stream is the beginning of a text, or a turn of its own, so that a space prefix
    ///     that the vocabulary's rule adds is taken off again; false when the stream continues a text.
    ///   - renderedControlTokens: Control tokens that appear as text all the same, such as a model's thinking tags.
    public init(
        _ tokenizer: Tokenizer,
        dropsSpacePrefix: Bool = false,
        rendering renderedControlTokens: Set<TokenID> = []
    ) {
        self.tokenizer = tokenizer
        self.renderedControlTokens = renderedControlTokens
        dropsSpace = dropsSpacePrefix && tokenizer.addsSpacePrefix
    }

    /// Takes the next token and returns the text that is complete with it, often empty.
    public mutating func append(_ token: TokenID) -> String {
        if tokenizer.isControl(token), !renderedControlTokens.contains(token) { return "" }
        var bytes = tokenizer.vocabulary.texts.bytes(of: token)
        if dropsSpace, let first = bytes.first {
            dropsSpace = false
            if first == 0x20 { bytes = bytes.dropFirst() }
        }
        return decoder.append(bytes)
    }

    /// Ends the stream: what waits can no longer be completed, and comes as U+FFFD.
    public mutating func finish() -> String {
        decoder.finish()
    }
}
