import MartletCore

/// The tokens that begin, end and pad, and the rules for adding them.
struct SpecialTokens: Sendable {
    let bos: TokenID?
    let eos: TokenID?
    let unknown: TokenID?
    let padding: TokenID?
    /// Begins and ends a text that an encoder reads.
    let classification: TokenID?
    let separator: TokenID?
    let mask: TokenID?
    /// Any of these ends a generation.
    let endOfGeneration: Set<TokenID>
    /// White space after an added token is swallowed, except after these; nil swallows none.
    let keepsSpaceAfter: Set<TokenID>?

    /// Texts that end a turn in the model families in use, whatever type their files give them.
    private static let endTexts: Set<String> = [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|calls|>", "<|flush|>", "<end_of_turn>",
        "<|endoftext|>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>", "<end_of_utterance>",
        "<eos>", "<｜end▁of▁sentence｜>",
    ]
    /// Control texts of code models that never belong into an answer, so that one ends it.
    private static let fillTexts: Set<String> = [
        "<|fim_pad|>", "<fim_pad>", "<fim-pad>", "<|repo_name|>", "<|fim_repo|>", "<reponame>", "<|file_sep|>",
    ]

    /// Reads the ids, and marks as control what is control by its part or its text.
    init(_ description: VocabularyDescription, kinds: inout [TokenKind]) throws(PromptError) {
        let tokens = description.tokens
        func checked(_ token: TokenID?, _ key: String) throws(PromptError) -> TokenID? {
            guard let token, token.rawValue >= 0 else { return nil }
            guard Int(token.rawValue) < tokens.count else {
                throw description.invalid("tokenizer.ggml.\(key) is \(token), but there are \(tokens.count) tokens")
            }
            return token
        }
        func named(_ text: String, at token: Int32) -> TokenID? {
            tokens.bytes(of: TokenID(token)).elementsEqual(text.utf8) ? TokenID(token) : nil
        }
        let isSentencePiece = description.model == "llama"
        let bos = try checked(description.bos, "bos_token_id") ?? (isSentencePiece ? named("<s>", at: 1) : nil)
        let isUnigram = description.model == "t5" || description.model == "ugm"
        let eos =
            try checked(description.eos, "eos_token_id")
            ?? (isSentencePiece ? named("</s>", at: 2) : isUnigram ? named("</s>", at: 1) : nil)
        let eot = try checked(description.eot, "eot_token_id")
        let eom = try checked(description.eom, "eom_token_id")
        self.bos = bos
        self.eos = eos
        unknown =
            try checked(description.unknown, "unknown_token_id")
            ?? (isSentencePiece ? named("<unk>", at: 0) : isUnigram ? named("<unk>", at: 2) : nil)
        padding = try checked(description.padding, "padding_token_id")
        classification = try checked(description.classification, "cls_token_id")
        separator = try checked(description.separator, "seperator_token_id")
        mask = try checked(description.mask, "mask_token_id")

        var ends = Set([eos, eot, eom].compactMap { $0 })
        // A part in the sequence makes a token control when it looks like one; a model may as well end with a full stop.
        for token in [bos, eos, eot, eom].compactMap({ $0 }) where Self.looksLikeTag(tokens.bytes(of: token)) {
            kinds[Int(token.rawValue)] = .control
        }
        // `</s>` is an HTML tag in some vocabularies, and the end of a sequence where `<s>` begins one.
        let endsWithSlashS = bos.map { tokens.bytes(of: $0).elementsEqual("<s>".utf8) } ?? false
        var found: [String: TokenID] = [:]
        for index in 0..<tokens.count {
            let range = tokens.range(at: index)
            guard range.count > 3, range.count < 32, Self.opensTag(tokens.bytes[range.lowerBound]) else { continue }
            let text = String(decoding: tokens[index], as: UTF8.self)
            let token = TokenID(Int32(truncatingIfNeeded: index))
            if Self.endTexts.contains(text) || (text == "</s>" && endsWithSlashS) {
                kinds[index] = .control
                found[text] = token
                ends.insert(token)
            } else if kinds[index] == .control, Self.fillTexts.contains(text) {
                ends.insert(token)
            }
        }
        // In the harmony format `<|end|>` ends a message, and an answer may have several.
        let isHarmony = found["<|call|>"] != nil && found["<|return|>"] != nil
        let isSolar = found["<|calls|>"] != nil && found["<|flush|>"] != nil
        if isHarmony || isSolar, let end = found["<|end|>"], end != eos, end != eot { ends.remove(end) }
        endOfGeneration = ends

        // GGUF has no key for this habit of the Phi-3 tokenizers.
        let name = description.name.lowercased()
        if description.stripsSpaceAfterAddedTokens ?? (name.contains("phi-3") || name.contains("phi3")) {
            let texts: Set<String> = ["<unk>", "<s>", "<|endoftext|>"]
            var kept: Set<TokenID> = []
            for index in 0..<tokens.count where kinds[index] != .normal && kinds[index] != .byte {
                let token = TokenID(Int32(truncatingIfNeeded: index))
                if texts.contains(String(decoding: tokens.bytes(of: token), as: UTF8.self)) { kept.insert(token) }
            }
            keepsSpaceAfter = kept
        } else {
            keepsSpaceAfter = nil
        }
    }

    private static func opensTag(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "<") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "_")
    }

    private static func looksLikeTag(_ text: ArraySlice<UInt8>) -> Bool {
        text.count > 2 && (text.first == UInt8(ascii: "<") && text.last == UInt8(ascii: ">"))
            || (text.first == UInt8(ascii: "[") && text.last == UInt8(ascii: "]"))
    }
}
