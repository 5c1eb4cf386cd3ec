import MartletCore

/// A text and what is marked in it; offsets and lengths are UTF-16 code units.
struct FormattedText: Sendable, Hashable {
    /// One marked range.
    struct Entity: Sendable, Hashable {
        var type: String
        var offset: Int
        var length: Int
        /// `url`, `language`, `user` and the other members that the type has.
        var extra: JSONObject = [:]

        var end: Int { offset + length }

        var json: JSONValue {
            .object(
                (["type": .string(type), "offset": .integer(Int64(offset)), "length": .integer(Int64(length))]
                    as JSONObject).merging(extra)
            )
        }
    }

    var text: String
    var entities: [Entity] = []

    var utf16Count: Int { text.utf16.count }

    /// The text without white space at its ends, its entities cut to what is left.
    var trimmed: FormattedText {
        let units = Array(text.utf16)
        func isSpace(_ unit: UInt16) -> Bool { unit == 0x20 || (0x09...0x0D).contains(unit) || unit == 0xA0 }
        let start = units.firstIndex { !isSpace($0) } ?? units.count
        let end = (units.lastIndex { !isSpace($0) } ?? start - 1) + 1
        guard start < end else { return FormattedText(text: "") }
        let entities = entities.compactMap { entity -> Entity? in
            let low = max(entity.offset, start)
            let high = min(entity.end, end)
            guard low < high else { return nil }
            var cut = entity
            (cut.offset, cut.length) = (low - start, high - low)
            return cut
        }
        return FormattedText(text: String(decoding: units[start..<end], as: UTF16.self), entities: entities)
    }

    /// What a range says; nil where it is out of the text.
    func text(of entity: Entity) -> String? {
        let units = text.utf16
        guard entity.offset >= 0, entity.length >= 0, entity.end <= units.count else { return nil }
        let start = units.index(units.startIndex, offsetBy: entity.offset)
        return String(units[start..<units.index(start, offsetBy: entity.length)])
    }
}
