import Crypto
import MartletConversation

/// What tells the platform's requests from everybody else's; it shows itself nowhere but in the requests that need it.
public struct WebhookSecret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The secret.
    let rawValue: String

    /// Takes a secret of 1 to 256 of `A-Z`, `a-z`, `0-9`, `_` and `-`; white space around it does not count.
    public init?(_ text: String) {
        let text = text.trimmingWhitespace()
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, (1...256).contains(text.utf8.count) else { return nil }
        rawValue = text
    }

    /// The secret that belongs to a token: the same wherever the token is known, and nothing of the token can be had from it.
    public init(derivedFrom token: BotToken) {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("martlet webhook secret".utf8),
            using: SymmetricKey(data: Array(token.rawValue.utf8))
        )
        rawValue = code.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }

    /// Whether `given` is the secret, in a time that depends on the length of `given` only.
    func matches(_ given: some Collection<UInt8>) -> Bool {
        let secret = Array(rawValue.utf8)
        var difference = given.count ^ secret.count
        for (index, byte) in given.enumerated() { difference |= Int(byte ^ secret[index % secret.count]) }
        return difference == 0
    }

    /// Nothing of the secret.
    public var description: String { "<secret>" }
    /// Nothing of the secret.
    public var debugDescription: String { description }
    /// Nothing of the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
