public import MartletCore

extension Tokenizer {
    /// One token of a text, for people to look at.
    public struct Piece: Hashable, Sendable {
        /// The token.
        public let token: TokenID
        /// What it stands for, in bytes.
        public let bytes: [UInt8]
        /// The same as text, with U+FFFD for bytes that are not whole characters.
        public let text: String
        /// What it is for.
        public let kind: TokenKind
    }

    /// The tokens of `text` with what each stands for.
    ///
    /// - Parameters: As for ``encode(_:parsingSpecialTokens:addingSpecialTokens:)``.
    public func pieces(of text: String, parsingSpecialTokens: Bool, addingSpecialTokens: Bool) -> [Piece] {
        pieces(
            of: encode(text, parsingSpecialTokens: parsingSpecialTokens, addingSpecialTokens: addingSpecialTokens)
        )
    }

    /// What each of `tokens` stands for.
    public func pieces(of tokens: [TokenID]) -> [Piece] {
        tokens.map { token in
            Piece(token: token, bytes: bytes(of: token), text: self.text(of: token), kind: kind(of: token) ?? .unknown)
        }
    }
}
