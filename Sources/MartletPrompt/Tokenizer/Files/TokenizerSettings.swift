import MartletCore

/// What the small files beside a vocabulary say: which tokens have parts, which were added, how text is cleaned.
struct TokenizerSettings: Sendable {
    /// A token that isn't in the vocabulary's own file, or has a part.
    struct Added: Hashable, Sendable {
        var id: Int?
        var text: String
        var isSpecial: Bool
        var rule: AddedTokenRule = []
        var isNormalized = false
    }

    /// `tokenizer_config.json`.
    private(set) var configuration: JSONValue = .object([:])
    /// The tokens that the files add, those with an id first in its order.
    private(set) var added: [Added] = []
    /// The text of each part, such as `eos_token`.
    private(set) var parts: [String: String] = [:]

    static let partNames = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    init(_ files: TokenizerFiles) throws(PromptError) {
        configuration = try Self.parse("tokenizer_config.json", files) ?? .object([:])
        let map = try Self.parse("special_tokens_map.json", files) ?? .object([:])
        for name in Self.partNames {
            parts[name] = (Self.text(configuration[name]) ?? Self.text(map[name])).flatMap { $0.isEmpty ? nil : $0 }
        }
        var special = Set(parts.values)
        for list in [map["additional_special_tokens"], configuration["additional_special_tokens"]] {
            special.formUnion((list?.array ?? []).compactMap(Self.text))
        }
        for (id, value) in configuration["added_tokens_decoder"]?.object ?? [:] {
            guard let id = Int(id), let text = value["content"]?.string else {
                throw .unreadable("tokenizer_config.json", "added_tokens_decoder doesn't map ids to tokens")
            }
            added.append(Self.added(id, text, value, isSpecial: value["special"]?.bool ?? special.contains(text)))
        }
        if added.isEmpty {
            for (text, id) in try Self.parse("added_tokens.json", files)?.object ?? [:] {
                guard let id = id.integer else { throw .unreadable("added_tokens.json", "an id is no number") }
                added.append(Added(id: Int(clamping: id), text: text, isSpecial: special.contains(text)))
            }
        }
        let named = Set(added.map(\.text))
        for text in special.sorted() where !named.contains(text) {
            added.append(Added(id: nil, text: text, isSpecial: true))
        }
        added.sort { ($0.id ?? .max, $0.text) < ($1.id ?? .max, $1.text) }
    }

    /// One added token as `tokenizer.json` and `tokenizer_config.json` write it.
    static func added(_ id: Int?, _ text: String, _ value: JSONValue, isSpecial: Bool) -> Added {
        var rule: AddedTokenRule = []
        if value["lstrip"]?.bool == true { rule.insert(.stripsLeft) }
        if value["rstrip"]?.bool == true { rule.insert(.stripsRight) }
        if value["single_word"]?.bool == true { rule.insert(.isWord) }
        return Added(
            id: id,
            text: text,
            isSpecial: isSpecial,
            rule: rule,
            isNormalized: value["normalized"]?.bool ?? !isSpecial
        )
    }

    private static func parse(_ name: String, _ files: TokenizerFiles) throws(PromptError) -> JSONValue? {
        guard let bytes = try files.bytes(name) else { return nil }
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw .unreadable(name, error.description)
        }
    }

    private static func text(_ value: JSONValue?) -> String? { value?.string ?? value?["content"]?.string }

    /// A truth value of `tokenizer_config.json`.
    func flag(_ name: String) -> Bool? { configuration[name]?.bool }
}

/// Tokens by their ids, in whatever order a file gives them.
struct TokenCollector {
    private var bytes: [UInt8] = []
    /// Where each token's text lies; nil for an id that no token has.
    private var places: [Range<Int>?] = []
    private let file: String

    init(file: String) {
        self.file = file
    }

    var count: Int { places.count }

    /// Adds a token; an id may have only one.
    mutating func insert(_ text: some Collection<UInt8>, at id: Int) throws(PromptError) {
        guard id >= 0, id < TokenizerFiles.greatestTokenCount else {
            throw .unreadable(file, "the id \(id) is not within 0 to \(TokenizerFiles.greatestTokenCount - 1)")
        }
        if id >= places.count { places.append(contentsOf: repeatElement(nil, count: id + 1 - places.count)) }
        if let place = places[id] {
            guard bytes[place].elementsEqual(text) else { throw .unreadable(file, "two tokens have the id \(id)") }
            return
        }
        let start = bytes.count
        bytes.append(contentsOf: text)
        places[id] = start..<bytes.count
    }

    /// Adds a token after the last.
    mutating func append(_ text: some Collection<UInt8>) throws(PromptError) {
        try insert(text, at: places.count)
    }

    /// The tokens in the order of their ids, and which ids no token has.
    func table() -> (tokens: TokenTable, holes: [Int]) {
        var table = TokenTable()
        var holes: [Int] = []
        for (id, place) in places.enumerated() {
            table.append(place.map { bytes[$0] } ?? [])
            if place == nil { holes.append(id) }
        }
        return (table, holes)
    }
}

extension VocabularyDescription {
    /// Adds the tokens of the small files, marks them, and finds the parts.
    mutating func apply(_ settings: TokenizerSettings, _ rules: inout [Int32: AddedTokenRule]) throws(PromptError) {
        var ids: [[UInt8]: Int] = [:]
        for id in 0..<tokens.count { ids[Array(tokens[id])] = id }
        for added in settings.added {
            let text = Array(added.text.utf8)
            if ids[text] == nil {
                // Added tokens come after the vocabulary's own, in the order of their ids.
                guard added.id.map({ $0 >= tokens.count }) ?? true,
                    added.id ?? 0 < min(tokens.count * 2 + 4096, TokenizerFiles.greatestTokenCount)
                else { throw invalid("the added token “\(added.text.prefix(32))” has the id of another") }
                while tokens.count < added.id ?? 0 {
                    tokens.append([])
                    types.append(TokenKind.unused.rawValue)
                    if !scores.isEmpty { scores.append(0) }
                }
                ids[text] = tokens.count
                tokens.append(text)
                types.append(0)
                if !scores.isEmpty { scores.append(0) }
            }
            guard let id = ids[text] else { continue }
            types[id] = (added.isSpecial ? TokenKind.control : .userDefined).rawValue
            if !added.rule.isEmpty { rules[Int32(truncatingIfNeeded: id)] = added.rule }
        }
        func token(_ name: String) -> TokenID? {
            settings.parts[name].flatMap { ids[Array($0.utf8)] }.map { TokenID(Int32(truncatingIfNeeded: $0)) }
        }
        bos = token("bos_token") ?? bos
        eos = token("eos_token") ?? eos
        unknown = token("unk_token") ?? unknown
        separator = token("sep_token") ?? separator
        padding = token("pad_token") ?? padding
        classification = token("cls_token") ?? classification
        mask = token("mask_token") ?? mask
    }
}
