import MartletCore

/// Puts together the text and the entities of a marked-up text, from left to right.
struct MarkupBuilder {
    struct Open {
        /// What closes it, such as `b` or `*`.
        var mark: String
        var type: String
        var offset: Int
        var byteOffset: Int
        var extra: JSONObject
    }

    private(set) var text = ""
    private(set) var utf16Count = 0
    private var entities: [FormattedText.Entity] = []
    private(set) var open: [Open] = []

    mutating func append(_ character: Unicode.Scalar) {
        text.unicodeScalars.append(character)
        utf16Count += UTF16.width(character)
    }

    mutating func begin(_ mark: String, _ type: String, at byteOffset: Int, _ extra: JSONObject = [:]) {
        open.append(Open(mark: mark, type: type, offset: utf16Count, byteOffset: byteOffset, extra: extra))
    }

    /// Closes what was opened last.
    mutating func end(_ extra: JSONObject = [:]) {
        guard let last = open.popLast() else { return }
        guard utf16Count > last.offset, !last.type.isEmpty else { return }
        entities.append(
            .init(
                type: last.type,
                offset: last.offset,
                length: utf16Count - last.offset,
                extra: last.extra.merging(extra)
            )
        )
    }

    /// Changes what was opened last.
    mutating func changeLast(_ body: (inout Open) -> Void) {
        guard !open.isEmpty else { return }
        body(&open[open.count - 1])
    }

    var formatted: FormattedText { FormattedText(text: text, entities: entities) }
}
