import MartletCore

/// What the server makes of the entities that a client sends: ranges that are wrong are refused, nesting that is not allowed is
/// undone, and what remains is sorted.
enum EntityRules {
    /// How many entities a message keeps; further ones are dropped without a word.
    static let maximumCount = 100

    private static let formatting: Set<String> = [
        "bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre",
        "text_link", "text_mention", "custom_emoji", "date_time",
    ]
    private static let code: Set<String> = ["code", "pre"]
    private static let quotes: Set<String> = ["blockquote", "expandable_blockquote"]

    /// Reads `entities` of a call; kinds that the server finds by itself, and unknown ones, are left out.
    static func read(_ values: [JSONValue]) throws(Refusal) -> [FormattedText.Entity] {
        var entities: [FormattedText.Entity] = []
        for value in values {
            guard let object = value.object else { throw .badRequest("can't parse MessageEntity: expected an Object") }
            guard let type = value["type"]?.string else {
                throw .badRequest("can't parse MessageEntity: Can't find field \"type\"")
            }
            guard let offset = value["offset"]?.integer, let length = value["length"]?.integer else {
                throw .badRequest("can't parse MessageEntity: Can't find field \"offset\"")
            }
            guard (0...1_000_000).contains(offset) else {
                throw .badRequest("receive an entity with incorrect offset \(offset)")
            }
            guard (0...1_000_000).contains(length) else {
                throw .badRequest("receive an entity with incorrect length \(length)")
            }
            guard formatting.contains(type), length > 0 else { continue }
            var extra = object
            for name in ["type", "offset", "length"] { extra[name] = nil }
            if type == "text_link" {
                guard let url = value["url"]?.string, AutomaticEntities.isLink(url) else { continue }
            }
            entities.append(.init(type: type, offset: Int(offset), length: Int(length), extra: extra))
        }
        return entities
    }

    /// Refuses ranges that are not in the text or cut a character in two.
    static func check(_ formatted: FormattedText) throws(Refusal) {
        let units = Array(formatted.text.utf16)
        for entity in formatted.entities {
            guard entity.offset < units.count else {
                throw .badRequest("entity begins after the end of the text at UTF-16 offset \(entity.offset)")
            }
            guard entity.end <= units.count else {
                throw .badRequest(
                    "entity beginning at UTF-16 offset \(entity.offset) ends after the end of the text at UTF-16 offset "
                        + "\(entity.end)"
                )
            }
            guard !UTF16.isTrailSurrogate(units[entity.offset]) else {
                throw .badRequest("entity begins in a middle of a UTF-16 symbol at byte offset \(entity.offset)")
            }
            guard entity.end == units.count || !UTF16.isTrailSurrogate(units[entity.end]) else {
                throw .badRequest(
                    "entity beginning at UTF-16 offset \(entity.offset) ends in a middle of a UTF-16 symbol at byte "
                        + "offset \(entity.end)"
                )
            }
        }
    }

    /// Undoes what may not nest, sorts, and keeps at most ``maximumCount``.
    static func settle(_ entities: [FormattedText.Entity]) -> [FormattedText.Entity] {
        var kept: [FormattedText.Entity] = []
        for entity in entities.sorted(by: isBefore) {
            let isAllowed = kept.allSatisfy { other in
                guard other.offset < entity.end, entity.offset < other.end else { return true }
                // Only what contains another may touch it; ranges that cross are one thing to the server, two to a reader.
                if code.contains(other.type) { return false }
                if code.contains(entity.type) { return quotes.contains(other.type) }
                if quotes.contains(other.type), quotes.contains(entity.type) { return false }
                if other.type == entity.type { return false }
                return true
            }
            if isAllowed { kept.append(entity) }
        }
        return Array(kept.prefix(maximumCount))
    }

    private static func isBefore(_ left: FormattedText.Entity, _ right: FormattedText.Entity) -> Bool {
        if left.offset != right.offset { return left.offset < right.offset }
        if left.length != right.length { return left.length > right.length }
        return rank(left.type) < rank(right.type)
    }

    private static func rank(_ type: String) -> Int {
        if quotes.contains(type) { return 0 }
        if code.contains(type) { return 1 }
        return 2
    }
}
