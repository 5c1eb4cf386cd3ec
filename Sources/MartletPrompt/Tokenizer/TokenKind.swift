/// What a token is for, as GGUF's `tokenizer.ggml.token_type` numbers it.
public enum TokenKind: Int32, Hashable, Sendable {
    /// Ordinary text.
    case normal = 1
    /// Stands for what the vocabulary cannot spell.
    case unknown = 2
    /// Steers the model, such as the end of a turn; never made from people's text.
    case control = 3
    /// Text that was added whole and is always recognised whole.
    case userDefined = 4
    /// A place in the table that no text reaches.
    case unused = 5
    /// One byte, written `<0xXX>`.
    case byte = 6
}
