import MartletCore

/// What a `reply_markup` must be.
enum KeyboardRules {
    private static let actions = [
        "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
    ]

    /// Reads the markup of a call; nil where there is none.
    /// - Parameter isInlineOnly: Whether only buttons under the message will do, as for edits.
    static func read(_ call: MethodCall, isInlineOnly: Bool = false) throws(Refusal) -> JSONValue? {
        guard let markup = try call.structured("reply_markup", "can't parse reply keyboard markup JSON object") else {
            return nil
        }
        guard markup.object != nil else { throw .badRequest("object expected as reply markup") }
        if let rows = markup["inline_keyboard"] {
            return try inline(rows)
        }
        if markup.object?.isEmpty == true { return nil }
        guard !isInlineOnly else { throw .badRequest("inline keyboard expected") }
        if let rows = markup["keyboard"] {
            guard let rows = rows.array else {
                throw .badRequest("field \"keyboard\" of the ReplyKeyboardMarkup must be an Array")
            }
            for row in rows {
                guard let buttons = row.array else {
                    throw .badRequest("field \"keyboard\" of the ReplyKeyboardMarkup must be an Array of Arrays")
                }
                for button in buttons where (button.string ?? button["text"]?.string ?? "").isEmpty {
                    throw .badRequest("can't parse keyboard button: Can't find field \"text\"")
                }
            }
        }
        return markup
    }

    private static func inline(_ rows: JSONValue) throws(Refusal) -> JSONValue? {
        guard let rows = rows.array else {
            throw .badRequest("field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array")
        }
        var kept: [JSONValue] = []
        for row in rows {
            guard let buttons = row.array else {
                throw .badRequest("field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays")
            }
            for button in buttons { try check(button) }
            // The server leaves empty rows out.
            if !buttons.isEmpty { kept.append(.array(buttons)) }
        }
        guard kept.count <= 100, kept.allSatisfy({ ($0.array?.count ?? 0) <= 8 }) else {
            throw .badRequest("REPLY_MARKUP_TOO_LONG")
        }
        return kept.isEmpty ? nil : ["inline_keyboard": .array(kept)]
    }

    private static func check(_ button: JSONValue) throws(Refusal) {
        guard button.object != nil else { throw .badRequest("can't parse inline keyboard button: expected an Object") }
        guard let text = button["text"]?.string else {
            throw .badRequest("can't parse inline keyboard button: Can't find field \"text\"")
        }
        guard !text.trimmingWhitespace().isEmpty else {
            throw .badRequest("can't parse inline keyboard button: Text is empty")
        }
        let given = actions.filter { button[$0] != nil }
        guard !given.isEmpty || button["is_disabled"]?.bool == true else {
            throw .badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        }
        if let data = button["callback_data"] {
            guard let text = data.string, (1...64).contains(text.utf8.count) else {
                throw .badRequest("BUTTON_DATA_INVALID")
            }
        }
        if let url = button["url"] {
            guard let text = url.string, AutomaticEntities.isLink(text) else {
                throw .badRequest("inline keyboard button URL '\(url.string ?? "")' is invalid: Wrong HTTP URL")
            }
        }
        if let copied = button["copy_text"] {
            guard (1...256).contains(copied["text"]?.string?.count ?? 0) else {
                throw .badRequest("BUTTON_COPY_TEXT_INVALID")
            }
        }
    }
}
