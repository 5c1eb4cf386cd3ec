public import MartletCore

/// A guess at how many tokens a text comes to, for providers that don't say.
///
/// Four ASCII characters count as a token, as do two characters of other alphabets and one of East Asian writing. For prose
/// in the vocabularies of today's large models the guess is within a third of the truth; code and numbers come to more.
public struct TokenEstimate: Sendable, Hashable {
    /// In twelfths of a token.
    private var twelfths = 0

    /// Of nothing.
    public init() {}

    /// Of a text.
    public init(_ text: String) {
        add(text)
    }

    /// Of what a model sees, with a few tokens for the frame of each message.
    public init(_ input: GenerationRequest.Input, tools: [ToolDefinition] = []) {
        switch input {
        case .text(let text): add(text)
        case .tokens(let tokens): twelfths = tokens.count * 12
        case .messages(let messages):
            for message in messages {
                twelfths += 4 * 12
                add(message.content)
                for call in message.toolCalls {
                    add(call.name)
                    add(call.arguments)
                }
            }
        }
        for tool in tools {
            twelfths += 8 * 12
            add(tool.name)
            add(tool.description ?? "")
            add(tool.parameters.text)
        }
    }

    /// Counts more text.
    ///
    /// - Complexity: O(text).
    public mutating func add(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case ..<0x80: twelfths += 3
            case 0x1100...0x11FF, 0x2E80...0xD7FF, 0xF900...0xFAFF, 0xFF00...0xFFEF, 0x1F000...: twelfths += 12
            default: twelfths += 6
            }
        }
    }

    /// The number of tokens, rounded up.
    public var count: Int { (twelfths + 11) / 12 }
}
