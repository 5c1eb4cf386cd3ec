/// Why a conversation cannot go on.
public struct ConversationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The kind's name.
        public let description: String
        /// There is no model, and the bot is not in echo mode.
        public static let noModel = Code(description: "noModel")
    }

    /// The kind of failure.
    public var code: Code
    /// What happened and what to do about it.
    public var description: String

    static var noModel: ConversationError {
        ConversationError(
            code: .noModel,
            description:
                "no model is set up to answer; choose one with --model or MARTLET_MODEL, or set ECHO_ENABLED=true"
        )
    }
}
