/// A bot's secret, `123456789:letters-and-digits`, as far as a server needs to read it.
public struct SimulatorToken: Sendable, Hashable {
    /// The secret.
    let rawValue: String
    /// The bot's number.
    public let bot: Int64

    /// Reads a token; nil for anything else.
    public init?(_ text: String) {
        let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard pieces.count == 2, let bot = Int64(pieces[0]), bot > 0, pieces[1].utf8.count >= 3 else { return nil }
        let isPlain = pieces[1].unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "-_".unicodeScalars.contains(scalar))
        }
        guard isPlain else { return nil }
        rawValue = text
        self.bot = bot
    }

    init(unchecked text: String, bot: Int64) {
        rawValue = text
        self.bot = bot
    }
}
