/// A key or token, which shows itself nowhere but in the requests that need it.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret itself; only for the request's header or its signature.
    public let rawValue: String

    /// Takes a secret as people paste it; white space around it does not count.
    ///
    /// - Returns: nil for nothing, and for text that can't stand in a header.
    public init?(_ text: String) {
        let trimmed = text.drop { $0.isWhitespace }
        guard let last = trimmed.lastIndex(where: { !$0.isWhitespace }) else { return nil }
        let value = trimmed[...last]
        guard value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        rawValue = String(value)
    }

    /// Nothing of the secret.
    public var description: String { "<secret>" }
    /// Nothing of the secret.
    public var debugDescription: String { description }
    /// Nothing of the secret.
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    /// `text` with the secret taken out, should it be in there.
    package func redact(_ text: String) -> String {
        guard text.contains(rawValue) else { return text }
        var result = ""
        var rest = text[...]
        while let range = rest.firstRange(of: rawValue) {
            result += rest[..<range.lowerBound] + description
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
