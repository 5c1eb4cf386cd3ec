import Crypto
public import MartletConversation

/// Writes what a button does into the few bytes that the platform gives back when it is pressed, signed so that nobody else can.
///
/// The layout, before base64url: one byte with the version and the action, the question's number and the owner's as variable-length
/// integers (the owner's 0 for everybody), the choice's UTF-8, and 8 bytes of HMAC-SHA256 over all of it. The key is derived from
/// the bot's token, so a button of another bot means nothing here, and a new token ends the buttons of the old one.
public struct ButtonCodec: Sendable {
    /// The platform's limit for a button's data, in bytes.
    public static let maximumByteCount = 64

    private let key: SymmetricKey
    private let bot: BotID

    private static let version: UInt8 = 1
    private static let signatureByteCount = 8

    /// Makes a codec for a bot's buttons.
    public init(token: BotToken) {
        bot = token.bot
        let secret = SymmetricKey(data: Array(token.rawValue.utf8))
        key = SymmetricKey(
            data: Array(HMAC<SHA256>.authenticationCode(for: Array("martlet.buttons".utf8), using: secret))
        )
    }

    /// The data of a button, or nil where it does not fit: a choice of more than 24 bytes, or numbers beyond any that the platform gives.
    public func encode(_ action: ReplyAction, question: EventID, owner: UserID?) -> String? {
        guard question.bot == bot, question.update >= 0, (owner?.rawValue ?? 1) > 0 else { return nil }
        let (number, choice) = Self.parts(of: action)
        guard choice.count <= 24 else { return nil }
        var bytes = [Self.version << 4 | number]
        Self.append(UInt64(question.update), to: &bytes)
        Self.append(UInt64(owner?.rawValue ?? 0), to: &bytes)
        bytes += choice
        bytes += signature(of: bytes)
        let text = Base64URL.encode(bytes)
        return text.utf8.count <= Self.maximumByteCount ? text : nil
    }

    /// What a pressed button means; nil where this bot did not write its data.
    /// - Parameters:
    ///   - query: The platform's number for the press.
    ///   - Note: The signatures are compared in a time that does not depend on where they differ.
    public func decode(_ data: String, query: String) -> ButtonPress? {
        guard data.utf8.count <= Self.maximumByteCount, let bytes = Base64URL.decode(data),
            bytes.count > Self.signatureByteCount
        else { return nil }
        let content = bytes.dropLast(Self.signatureByteCount)
        var difference: UInt8 = 0
        for (given, right) in zip(bytes.suffix(Self.signatureByteCount), signature(of: Array(content))) {
            difference |= given ^ right
        }
        guard difference == 0, content[0] >> 4 == Self.version else { return nil }
        var rest = content.dropFirst()
        guard let update = Self.readNumber(&rest).flatMap({ Int64(exactly: $0) }),
            let owner = Self.readNumber(&rest).flatMap({ Int64(exactly: $0) }),
            let action = Self.action(content[0] & 0x0F, choice: rest)
        else { return nil }
        return ButtonPress(
            query: query,
            action: action,
            question: EventID(bot: bot, update: update),
            owner: owner == 0 ? nil : UserID(owner)
        )
    }

    private func signature(of bytes: [UInt8]) -> ArraySlice<UInt8> {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key)).prefix(Self.signatureByteCount)
    }

    // MARK: Layout

    private static func parts(of action: ReplyAction) -> (UInt8, [UInt8]) {
        switch action {
        case .stop: (0, [])
        case .regenerate: (1, [])
        case .proceed: (2, [])
        case .choose(let value): (3, Array(value.utf8))
        }
    }

    private static func action(_ number: UInt8, choice: ArraySlice<UInt8>) -> ReplyAction? {
        switch number {
        case 0 where choice.isEmpty: .stop
        case 1 where choice.isEmpty: .regenerate
        case 2 where choice.isEmpty: .proceed
        case 3: String(validating: choice, as: UTF8.self).map { .choose($0) }
        default: nil
        }
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var number = number
        while number >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: number) | 0x80)
            number >>= 7
        }
        bytes.append(UInt8(number))
    }

    private static func readNumber(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            number |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return number }
        }
        return nil
    }
}
