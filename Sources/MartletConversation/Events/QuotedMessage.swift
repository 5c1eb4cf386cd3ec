/// The message that another one answers; one level only, as platforms give it.
///
/// What it says was written by anybody, so the model gets it as quoted material and never as an instruction.
public struct QuotedMessage: Sendable, Hashable, Codable {
    /// The message; nil when it is in another chat.
    public var message: MessageID?
    /// Who wrote it, by the name that others see.
    public var senderName: String?
    /// Whether this bot wrote it.
    public var isOurs: Bool
    /// What it says, or the part of it that was marked; empty where it has no words.
    public var text: String

    /// Makes a quotation.
    public init(message: MessageID?, senderName: String?, isOurs: Bool, text: String) {
        self.message = message
        self.senderName = senderName
        self.isOurs = isOurs
        self.text = text
    }
}
