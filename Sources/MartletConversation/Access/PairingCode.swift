import Crypto

/// A word that lets one person in once: 8 letters and digits that are not mistaken for each other.
///
/// 30 signs make 39 bits; together with five tries an hour and an hour's life that is out of a guesser's reach.
public struct PairingCode: Sendable, Hashable {
    /// The letters, in capitals.
    public let text: String

    /// How many there are.
    public static let length = 8
    /// What they are taken from: no I, L, O, U, 0 or 1.
    public static let alphabet = Array("ABCDEFGHJKMNPQRSTVWXYZ23456789".utf8)

    /// Draws a code.
    public init(using generator: inout some RandomNumberGenerator) {
        let bytes = (0..<Self.length).map { _ in
            Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &generator)]
        }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// Draws a code from the system's secure source.
    public static func random() -> PairingCode {
        var generator = SystemRandomNumberGenerator()
        return PairingCode(using: &generator)
    }

    /// Reads a message that is nothing but a code, in capitals or not, with dashes or not, alone or after `/start`.
    ///
    /// Anything longer than a few words is turned away before it is looked at.
    public init?(reading message: String) {
        guard message.utf8.count <= 128 else { return nil }
        var words = message.split(whereSeparator: \.isWhitespace)
        if let first = words.first, first == "/start" || first.hasPrefix("/start@") { words.removeFirst() }
        guard words.count == 1, words[0].utf8.count <= 2 * Self.length else { return nil }
        let bytes = words[0].uppercased().utf8.filter { $0 != UInt8(ascii: "-") }
        guard bytes.count == Self.length, bytes.allSatisfy(Self.alphabet.contains) else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// The code's fingerprint, slow enough to make guessing from a stolen database pointless within the code's life.
    /// - Complexity: 4,096 rounds of SHA-256, some milliseconds.
    func digest(salt: [UInt8]) -> [UInt8] {
        var digest = SHA256.hash(data: salt + Array(text.utf8))
        for _ in 1..<4096 {
            digest = digest.withUnsafeBytes { SHA256.hash(data: $0) }
        }
        return Array(digest)
    }
}

/// What is kept of a code: a fingerprint, and what the code is good for.
public struct PairingCodeRecord: Sendable, Hashable {
    /// What is mixed into the fingerprint, 16 random bytes.
    public var salt: [UInt8]
    /// The fingerprint, 32 bytes.
    public var digest: [UInt8]
    /// What its user becomes.
    public var role: AccessRole
    /// When it ends, in seconds since 1970.
    public var expiry: Double

    /// Makes a record from its parts.
    public init(salt: [UInt8], digest: [UInt8], role: AccessRole, expiry: Double) {
        self.salt = salt
        self.digest = digest
        self.role = role
        self.expiry = expiry
    }

    /// Makes the record of a code.
    public init(_ code: PairingCode, role: AccessRole, expiry: Double) {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        self.init(salt: salt, digest: code.digest(salt: salt), role: role, expiry: expiry)
    }

    /// Whether this is the record of a code; takes as long for a wrong code as for the right one.
    func matches(_ code: PairingCode) -> Bool {
        let other = code.digest(salt: salt)
        guard other.count == digest.count else { return false }
        return zip(digest, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
