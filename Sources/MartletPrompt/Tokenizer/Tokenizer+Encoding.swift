public import MartletCore

extension Tokenizer {
    /// The tokens of `text`.
    ///
    /// - Parameters:
    ///   - text: Any text, under 2 GiB.
    ///   - parsingSpecialTokens: Whether the text of a control token, such as `<|im_end|>`, becomes that token; false
    ///     for whatever people wrote. User-defined tokens are text and recognised always.
    ///   - addingSpecialTokens: Whether BOS and EOS are added where the vocabulary's rule says so; a BOS that `text`
    ///     begins with is not doubled.
    /// - Complexity: O(n log n), and O(n) where the text has words of bounded length.
    public func encode(_ text: String, parsingSpecialTokens: Bool, addingSpecialTokens: Bool) -> [TokenID] {
        let segment = PromptSegment(parsingSpecialTokens ? .template : .content, text)
        var tokens = encode([segment], addingBOS: addingSpecialTokens)
        if addingSpecialTokens { tokens += template.suffix }
        return tokens
    }

    /// The tokens of one text or of two, with what the vocabulary puts around them and the type of each.
    ///
    /// Text that looks like a control token stays text.
    /// - Parameters:
    ///   - first: Any text, under 2 GiB.
    ///   - second: The text to be read with it, such as a passage that may answer a question.
    /// - Returns: Nil when there is a second text but the vocabulary has no rule for two.
    public func encode(_ first: String, with second: String?) -> TypedTokens? {
        guard let parts = second == nil ? template.single : template.pair else { return nil }
        var result = TypedTokens(tokens: [], types: [])
        func append(_ tokens: [TokenID], _ type: Int32) {
            result.tokens += tokens
            result.types += repeatElement(type, count: tokens.count)
        }
        for part in parts {
            switch part {
            case .token(let token, let type): append([token], type)
            case .first(let type): append(encode([.content(first)], addingBOS: false), type)
            case .second(let type): append(encode([.content(second ?? "")], addingBOS: false), type)
            }
        }
        return result
    }

    /// The tokens of a rendered prompt: control tokens only from the template's own text, BOS by the vocabulary's rule.
    ///
    /// The segments are one text: tokens may cross from one segment to the next, except control tokens, which must lie
    /// in the template's text as a whole.
    public func encode(_ segments: [PromptSegment]) -> [TokenID] {
        encode(segments, addingBOS: true)
    }

    /// The text of `tokens` as a whole: control tokens as nothing, bytes that are not UTF-8 as U+FFFD.
    ///
    /// - Parameters:
    ///   - tokens: The tokens; ids outside the vocabulary stand for nothing.
    ///   - isWholeText: Whether `tokens` begin a text, so that the space prefix is taken off again.
    public func decode(_ tokens: some Sequence<TokenID>, isWholeText: Bool = true) -> String {
        var decoder = TokenStreamDecoder(self, dropsSpacePrefix: isWholeText)
        var text = ""
        for token in tokens {
            text += decoder.append(token)
        }
        return text + decoder.finish()
    }

    private func encode(_ segments: [PromptSegment], addingBOS: Bool) -> [TokenID] {
        var text: [UInt8] = []
        text.reserveCapacity(segments.reduce(0) { $0 + $1.text.utf8.count })
        var trusted: [Range<Int>] = []
        for segment in segments {
            let start = text.count
            text.append(contentsOf: segment.text.utf8)
            guard segment.origin == .template else { continue }
            if let last = trusted.last, last.upperBound == start {
                trusted[trusted.count - 1] = last.lowerBound..<text.count
            } else {
                trusted.append(start..<text.count)
            }
        }
        var session = EncodingSession(self)
        text.withUnsafeBytes { session.encode($0, trusted: trusted) }
        var output = session.output.map { TokenID($0) }
        let prefix = template.prefix
        if addingBOS, let first = prefix.first, output.first != first { output.insert(contentsOf: prefix, at: 0) }
        return output
    }
}

/// One text on its way through a tokenizer, with the scratch memory for it.
private struct EncodingSession {
    let tokenizer: Tokenizer
    var output: [Int32] = []
    var merger = SymbolMerger()
    var scalars = ScalarText()
    var spaced: [UInt8] = []
    var pipeline = TextPipeline.Scratch()
    /// Whether the next text begins the sequence or follows an added token.
    var isAtStart = true

    init(_ tokenizer: Tokenizer) {
        self.tokenizer = tokenizer
    }

    /// Splits `text` at its added tokens and encodes what lies between; control tokens count only within `trusted`.
    mutating func encode(_ text: UnsafeRawBufferPointer, trusted: [Range<Int>]) {
        let vocabulary = tokenizer.vocabulary
        var region = 0
        func trustedEnd(at start: Int) -> Int {
            while region < trusted.count, trusted[region].upperBound <= start { region += 1 }
            return region < trusted.count && trusted[region].lowerBound <= start ? trusted[region].upperBound : 0
        }
        AddedTokenScan(matcher: vocabulary.addedTokens, rules: vocabulary.addedRules).run(
            text,
            isAllowed: { token, range in
                vocabulary.kinds[Int(token)] == .userDefined || range.upperBound <= trustedEnd(at: range.lowerBound)
            },
            plain: { range in
                let isTrusted = trusted.contains {
                    $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound
                }
                encodePlain(UnsafeRawBufferPointer(rebasing: text[range]), isFirst: range.lowerBound == 0, isTrusted)
            },
            token: { token in
                output.append(token)
                isAtStart = true
            }
        )
    }

    private mutating func encodePlain(_ text: UnsafeRawBufferPointer, isFirst: Bool, _ isTrusted: Bool) {
        guard !text.isEmpty else { return }
        let vocabulary = tokenizer.vocabulary
        switch tokenizer.encoder {
        case .sentencePiece(let encoder):
            spaced.removeAll(keepingCapacity: true)
            if encoder.addsSpacePrefix, isAtStart { spaced.append(0x20) }
            let prefixCount = spaced.count
            SpaceMark.appendUnescaped(text, to: &spaced)
            if encoder.removesExtraWhitespace { Self.removeExtraSpaces(in: &spaced, from: prefixCount) }
            spaced.withUnsafeBytes { encoder.encode($0, vocabulary, scratch: &merger, to: &output) }
        case .byteLevel(let encoder):
            if tokenizer.composes {
                spaced.removeAll(keepingCapacity: true)
                if tokenizer.addsSpacePrefix, isAtStart, text.first != 0x20 { spaced.append(0x20) }
                NormalizationForm.composed.append(text, to: &spaced)
                spaced.withUnsafeBytes {
                    encoder.encode($0, vocabulary, scalars: &scalars, scratch: &merger, to: &output)
                }
            } else if tokenizer.addsSpacePrefix, isAtStart, text.first != 0x20 {
                spaced = [0x20] + text
                spaced.withUnsafeBytes {
                    encoder.encode($0, vocabulary, scalars: &scalars, scratch: &merger, to: &output)
                }
            } else {
                encoder.encode(text, vocabulary, scalars: &scalars, scratch: &merger, to: &output)
            }
        case .pipeline(let encoder):
            encoder.encode(
                text,
                isFirst: isFirst,
                isTrusted: isTrusted,
                vocabulary,
                scratch: &pipeline,
                to: &output
            )
        }
        isAtStart = false
    }

    /// Leaves one space of each run, and none at either end; nothing at all of a text of spaces.
    private static func removeExtraSpaces(in text: inout [UInt8], from start: Int) {
        var kept = start
        for index in start..<text.count where text[index] != 0x20 || (kept > start && text[kept - 1] != 0x20) {
            text[kept] = text[index]
            kept += 1
        }
        if kept > start, text[kept - 1] == 0x20 { kept -= 1 }
        text.removeSubrange((kept == start ? 0 : kept)...)
    }
}
