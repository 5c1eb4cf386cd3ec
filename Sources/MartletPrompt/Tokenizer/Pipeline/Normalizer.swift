/// A step that rewrites text before it is split, named after the normalizer of Hugging Face tokenizers that it is.
enum Normalizer: Sendable {
    case bert(BertNormalizer)
    case form(NormalizationForm)
    case lowercase
    case stripAccents
    /// Control characters out, exotic spaces to plain ones.
    case machineTranslation
    /// A character map, applied to grapheme clusters (`Precompiled`).
    case precompiled(CharacterMap)
    /// SentencePiece's own way with its map and its spaces.
    case sentencePiece(SentencePieceNormalizer)
    case replaceText([UInt8], [UInt8])
    case replacePattern(SplitPattern, [UInt8])
    /// Text before a text that isn't empty.
    case prepend([UInt8])
    case strip(left: Bool, right: Bool)

    /// Replaces `text`, valid UTF-8, by its normal form; `scratch` is memory that is kept.
    func apply(to text: inout [UInt8], scratch: inout [UInt8]) {
        if case .prepend(let prefix) = self {
            if !text.isEmpty { text.insert(contentsOf: prefix, at: 0) }
            return
        }
        scratch.removeAll(keepingCapacity: true)
        text.withUnsafeBytes { append($0, to: &scratch) }
        swap(&text, &scratch)
    }

    private func append(_ text: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        switch self {
        case .bert(let normalizer): normalizer.append(text, to: &output)
        case .form(let form): form.append(text, to: &output)
        case .precompiled(let map): map.appendByCluster(text, to: &output)
        case .sentencePiece(let normalizer): normalizer.append(text, to: &output)
        case .lowercase:
            let tables = ReferenceTables.shared
            Self.forEachScalar(text) { scalar in tables.lowercase(scalar) { UTF8Text.append($0, to: &output) } }
        case .stripAccents:
            let tables = ReferenceTables.shared
            Self.forEachScalar(text) { scalar in
                if !tables.classes(of: scalar).contains(.combiningMark) { UTF8Text.append(scalar, to: &output) }
            }
        case .machineTranslation:
            Self.forEachScalar(text) { scalar in
                if let kept = Self.machineTranslation(scalar) { UTF8Text.append(kept, to: &output) }
            }
        case .replaceText(let needle, let content):
            Splitter.find(needle, in: text, 0..<text.count) { range, isMatch in
                output += isMatch ? content[...] : ArraySlice(text[range])
            }
        case .replacePattern(let pattern, let content):
            var scalars = ScalarText()
            scalars.replace(with: text)
            let offsets = scalars.offsets
            pattern.forEachStretch(of: scalars) { range, isMatch in
                output +=
                    isMatch ? content[...] : ArraySlice(text[offsets[range.lowerBound]..<offsets[range.upperBound]])
            }
        case .prepend: output.append(contentsOf: text)
        case .strip(let left, let right): output.append(contentsOf: Self.strip(text, left: left, right: right))
        }
    }

    private static func forEachScalar(_ text: UnsafeRawBufferPointer, _ body: (UInt32) -> Void) {
        var offset = 0
        while offset < text.count { body(UTF8Text.scalar(text, at: &offset)) }
    }

    /// What the rules of Google's machine translation do to one scalar, nil for dropping it.
    private static func machineTranslation(_ scalar: UInt32) -> UInt32? {
        switch scalar {
        case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: nil
        case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD: 0x20
        default: scalar
        }
    }

    private static func strip(
        _ text: UnsafeRawBufferPointer,
        left: Bool,
        right: Bool
    ) -> Slice<UnsafeRawBufferPointer> {
        let tables = ReferenceTables.shared
        var start = 0
        var end = text.count
        while left, start < end {
            var next = start
            guard tables.classes(of: UTF8Text.scalar(text, at: &next)).contains(.whiteSpace) else { break }
            start = next
        }
        while right, start < end {
            let last = UTF8Text.start(text, before: end)
            var next = last
            guard tables.classes(of: UTF8Text.scalar(text, at: &next)).contains(.whiteSpace) else { break }
            end = last
        }
        return text[start..<end]
    }
}
