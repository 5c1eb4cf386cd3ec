public import MartletConversation
import MartletCore

/// The buttons under a message.
public struct ReplyKeyboard: Sendable, Hashable {
    /// A button.
    public struct Button: Sendable, Hashable {
        /// What it says.
        public var label: String
        /// What comes back when it is pressed, 1 to 64 bytes.
        public var data: String
    }

    /// The rows, the topmost first.
    public var rows: [[Button]]

    /// Makes a keyboard; nil where nothing would be on it.
    /// - Parameters:
    ///   - choices: Rows of choices.
    ///   - actions: What is in a row of its own below them.
    ///   - question: The event whose reply has the buttons.
    ///   - owner: Who may press; nil for everybody.
    ///   - codec: Signs the data.
    public init?(
        choices: [[ReplyChoice]] = [],
        actions: [ReplyAction],
        question: EventID,
        owner: UserID?,
        language: Language,
        codec: ButtonCodec
    ) {
        let chosen = choices.map { row in
            row.compactMap { choice in
                codec.encode(.choose(choice.value), question: question, owner: owner).map {
                    Button(label: choice.label, data: $0)
                }
            }
        }
        let acted = actions.compactMap { action -> Button? in
            guard let label = Self.label(of: action, in: language),
                let data = codec.encode(action, question: question, owner: owner)
            else { return nil }
            return Button(label: label, data: data)
        }
        // The platform takes a hundred buttons, eight in a row.
        rows = (chosen + [acted]).filter { !$0.isEmpty }.map { Array($0.prefix(8)) }
        rows = Array(rows.prefix(12))
        if rows.isEmpty { return nil }
    }

    private static func label(of action: ReplyAction, in language: Language) -> String? {
        switch action {
        case .stop: language.text(.stopButton)
        case .regenerate: language.text(.regenerateButton)
        case .proceed: language.text(.proceedButton)
        case .choose: nil
        }
    }

    /// The platform's form.
    var json: JSONValue {
        [
            "inline_keyboard": .array(
                rows.map { row in
                    .array(row.map { ["text": .string($0.label), "callback_data": .string($0.data)] })
                }
            )
        ]
    }

    /// What takes a keyboard away.
    static let noneJSON: JSONValue = ["inline_keyboard": []]
}
