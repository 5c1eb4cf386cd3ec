public import MartletConversation

/// A bot's secret, which shows itself nowhere but in the requests that need it.
public struct BotToken: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret.
    let rawValue: String
    /// The bot's number, which is not secret.
    public let bot: BotID

    /// Reads a token as BotFather gives it, `123456789:letters-and-digits`; white space around it does not count.
    public init?(_ text: String) {
        let text = text.trimmingWhitespace()
        let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard pieces.count == 2, let number = Int64(pieces[0]), number > 0, pieces[1].utf8.count >= 3 else {
            return nil
        }
        let isPlain = pieces[1].utf8.allSatisfy { byte in
            Character(Unicode.Scalar(byte)).isASCII
                && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_"))
        }
        guard isPlain else { return nil }
        rawValue = text
        bot = BotID(number)
    }

    /// The bot's number, the secret left out.
    public var description: String { "\(bot):<secret>" }
    /// The bot's number, the secret left out.
    public var debugDescription: String { description }
    /// Nothing of the secret.
    public var customMirror: Mirror { Mirror(self, children: ["bot": bot]) }

    /// Whether the secret is in a text that others may see.
    public func isShown(in text: String) -> Bool {
        rawValue.split(separator: ":", maxSplits: 1).last.map { text.contains($0) } ?? false
    }

    /// `text` with the secret taken out, should it be in there.
    func redact(_ text: String) -> String {
        guard let secret = rawValue.split(separator: ":", maxSplits: 1).last, text.contains(secret) else { return text }
        var result = ""
        var rest = text[...]
        while let range = rest.firstRange(of: secret) {
            result += rest[..<range.lowerBound] + "<secret>"
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
