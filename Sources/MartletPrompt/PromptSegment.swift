/// A run of prompt text with its origin, which decides whether it may name control tokens.
public struct PromptSegment: Hashable, Sendable {
    /// Who wrote a run of text.
    public enum Origin: Hashable, Sendable {
        /// The model's chat template: control tokens are recognised.
        case template
        /// People, tools and models: text that looks like a control token stays text.
        case content
    }

    /// Who wrote the text.
    public var origin: Origin
    /// The text.
    public var text: String

    /// Makes a segment.
    public init(_ origin: Origin, _ text: String) {
        self.origin = origin
        self.text = text
    }

    /// Text of the model's chat template.
    public static func template(_ text: String) -> PromptSegment { PromptSegment(.template, text) }
    /// Text that somebody wrote.
    public static func content(_ text: String) -> PromptSegment { PromptSegment(.content, text) }
}
