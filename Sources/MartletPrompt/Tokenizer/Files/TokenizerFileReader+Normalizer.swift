import MartletCore

/// A normalizer with the name of its component.
struct NamedNormalizer: Sendable {
    let name: String
    let normalizer: Normalizer
}

extension TokenizerFileReader {
    /// The normalizers of a component in order.
    func normalizers(_ value: JSONValue?) throws(PromptError) -> [NamedNormalizer] {
        guard let value else { return [] }
        let kind = try kind(value, "normalizer")
        if kind == "Sequence" {
            var all: [NamedNormalizer] = []
            for part in value["normalizers"]?.array ?? [] { all += try normalizers(part) }
            return all
        }
        return [NamedNormalizer(name: kind, normalizer: try normalizer(kind, value))]
    }

    private func normalizer(_ kind: String, _ value: JSONValue) throws(PromptError) -> Normalizer {
        switch kind {
        case "BertNormalizer":
            let lowercases = value["lowercase"]?.bool ?? true
            return .bert(
                BertNormalizer(
                    cleansText: value["clean_text"]?.bool ?? true,
                    spacesIdeographs: value["handle_chinese_chars"]?.bool ?? true,
                    stripsAccents: value["strip_accents"]?.bool ?? lowercases,
                    lowercases: lowercases
                )
            )
        case "NFC": return .form(.composed)
        case "NFD": return .form(.decomposed)
        case "NFKC": return .form(.compatiblyComposed)
        case "NFKD": return .form(.compatiblyDecomposed)
        case "Lowercase": return .lowercase
        case "StripAccents": return .stripAccents
        case "Nmt": return .machineTranslation
        case "Prepend": return .prepend(try bytes(value, "prepend", of: kind))
        case "Strip":
            return .strip(left: value["strip_left"]?.bool ?? true, right: value["strip_right"]?.bool ?? true)
        case "Replace":
            let content = try bytes(value, "content", of: kind)
            switch try pattern(value, kind) {
            case .text(let text): return .replaceText(text, content)
            case .pattern(let pattern): return .replacePattern(pattern, content)
            }
        case "Precompiled":
            guard let text = value["precompiled_charsmap"]?.string, let bytes = Base64.decode(text.utf8),
                let map = CharacterMap(bytes)
            else { throw .unreadable(file, "its precompiled character map is damaged") }
            return .precompiled(map)
        default: throw unknown("the normalizer \(kind.prefix(40))")
        }
    }

    private func bytes(_ value: JSONValue, _ name: String, of kind: String) throws(PromptError) -> [UInt8] {
        guard let text = value[name]?.string else { throw .unreadable(file, "\(kind.prefix(40)) has no \(name)") }
        return Array(text.utf8)
    }

    /// What `Replace` and `Split` look for.
    enum Pattern {
        case text([UInt8])
        case pattern(SplitPattern)
    }

    /// A literal text or a regular expression.
    func pattern(_ value: JSONValue, _ kind: String) throws(PromptError) -> Pattern {
        if let text = value["pattern"]?["String"]?.string { return .text(Array(text.utf8)) }
        guard let source = value["pattern"]?["Regex"]?.string else {
            throw .unreadable(file, "\(kind.prefix(40)) has no pattern")
        }
        do {
            return .pattern(try SplitPattern(source))
        } catch {
            throw unknown("the expression “\(source.prefix(80))” (\(error.reason))")
        }
    }
}
