import MartletCore

/// What one message shows.
public struct MessageContent: Sendable, Hashable {
    /// Its words.
    public var text: FormattedText
    /// The buttons under it.
    public var keyboard: ReplyKeyboard?
    /// The same in the platform's rich form, which is shown instead of `text` where it is given.
    public var rich: Rich?

    /// A text that the platform renders itself, at most 32,768 characters.
    public enum Rich: Sendable, Hashable {
        /// Markdown.
        case markdown(String)
        /// What the model thinks; in drafts only.
        case thinking(String)
    }

    /// Makes a content.
    public init(_ text: FormattedText, keyboard: ReplyKeyboard? = nil, rich: Rich? = nil) {
        self.text = text
        self.keyboard = keyboard
        self.rich = rich
    }

    /// The platform's form, without the buttons.
    var parameters: JSONObject {
        switch rich {
        case .markdown(let source): ["rich_message": ["markdown": .string(source)]]
        case .thinking(let thoughts):
            ["rich_message": ["html": .string("<tg-thinking>\(Self.escaped(thoughts))</tg-thinking>")]]
        case nil:
            [
                "text": .string(text.text), "entities": text.entitiesJSON,
            ]
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
