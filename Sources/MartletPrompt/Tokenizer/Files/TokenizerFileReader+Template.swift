import MartletCore

extension TokenizerFileReader {
    /// What stands around texts; nil when the file has no rule for it.
    func template(_ value: JSONValue?, count: Int) throws(PromptError) -> SequenceTemplate? {
        guard let value else { return nil }
        switch try kind(value, "post-processor") {
        case "ByteLevel": return nil
        case "Sequence":
            var found: SequenceTemplate?
            for part in value["processors"]?.array ?? [] {
                guard let template = try template(part, count: count) else { continue }
                guard found == nil else { throw unknown("two post-processors that add tokens") }
                found = template
            }
            return found
        case "BertProcessing": return .around(try token(value, "cls", count), try token(value, "sep", count), .typed)
        case "RobertaProcessing":
            return .around(try token(value, "cls", count), try token(value, "sep", count), .doubled)
        case "TemplateProcessing": return try parts(value, count)
        case let kind: throw unknown("the post-processor \(kind.prefix(40))")
        }
    }

    private func checked(_ id: Int64?, _ count: Int) throws(PromptError) -> TokenID {
        guard let id, 0..<Int64(count) ~= id else {
            throw .unreadable(file, "its post-processor names a token that is not in the vocabulary")
        }
        return TokenID(Int32(truncatingIfNeeded: id))
    }

    /// A token that is written as its text and its id.
    private func token(_ value: JSONValue, _ name: String, _ count: Int) throws(PromptError) -> TokenID {
        let pair = value[name]?.array ?? []
        return try checked(pair.count == 2 ? pair[1].integer : nil, count)
    }

    private func parts(_ value: JSONValue, _ count: Int) throws(PromptError) -> SequenceTemplate {
        let tokens = value["special_tokens"]
        func parts(_ list: JSONValue?) throws(PromptError) -> [SequenceTemplate.Part] {
            var parts: [SequenceTemplate.Part] = []
            for part in list?.array ?? [] {
                if let sequence = part["Sequence"] {
                    let type = Int32(clamping: sequence["type_id"]?.integer ?? 0)
                    parts.append(sequence["id"]?.string == "B" ? .second(type: type) : .first(type: type))
                } else if let special = part["SpecialToken"], let name = special["id"]?.string {
                    let type = Int32(clamping: special["type_id"]?.integer ?? 0)
                    for id in tokens?[name]?["ids"]?.array ?? [] {
                        parts.append(.token(try checked(id.integer, count), type: type))
                    }
                } else {
                    throw .unreadable(file, "its template has a part of an unknown kind")
                }
            }
            return parts
        }
        let single = try parts(value["single"])
        let pair = try parts(value["pair"])
        guard single.filter({ if case .first = $0 { true } else { false } }).count == 1 else {
            throw .unreadable(file, "its template doesn't have the text once")
        }
        return SequenceTemplate(single: single, pair: pair.isEmpty ? nil : pair)
    }

    /// Refuses decoders that write tokens otherwise than this kind of vocabulary does.
    func checkDecoder(_ value: JSONValue?, _ model: String) throws(PromptError) {
        guard let value else { return }
        let kind = try kind(value, "decoder")
        let known: Set<String> =
            switch model {
            case "bert": ["WordPiece"]
            case "gpt2": ["ByteLevel", "Fuse"]
            default: ["Metaspace", "Replace", "ByteFallback", "Fuse", "Strip"]
            }
        if kind == "Sequence" {
            for part in value["decoders"]?.array ?? [] { try checkDecoder(part, model) }
            return
        }
        guard known.contains(kind) else { throw unknown("the decoder \(kind.prefix(40))") }
        if kind == "Replace" {
            guard value["pattern"]?["String"]?.string == "▁", value["content"]?.string == " " else {
                throw unknown("a decoder that replaces anything but ▁ by a space")
            }
        }
    }
}
