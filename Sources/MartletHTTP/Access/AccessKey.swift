import Crypto

/// A caller's key as the server keeps it: only its hash.
public struct AccessKey: Sendable, Hashable {
    /// The caller's name; 1 to 64 of `A-Z a-z 0-9 . _ -`.
    public var name: String
    /// SHA-256 of the key's UTF-8, 32 bytes.
    public var hash: [UInt8]
    /// What the caller may do.
    public var rights: Caller.Rights
    /// Limits of this caller, over the server's.
    public var limits: CallerLimits

    /// A key of which the text is known.
    public init(name: String, key: String, rights: Caller.Rights = .generation, limits: CallerLimits = CallerLimits()) {
        self.name = name
        self.hash = Array(SHA256.hash(data: Array(key.utf8)))
        self.rights = rights
        self.limits = limits
    }

    init(name: String, hash: [UInt8], rights: Caller.Rights, limits: CallerLimits) {
        self.name = name
        self.hash = hash
        self.rights = rights
        self.limits = limits
    }

    /// A fresh key, `sk-martlet-` and 256 random bits in hexadecimal digits.
    public static func makeKey() -> String {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        return "sk-martlet-" + bytes.hexadecimal
    }

    /// The line of a keys file for this key; it holds the hash, not the key.
    public var line: String { "\(name):sha256:\(hash.hexadecimal)" }
}

extension Swift.Sequence<UInt8> {
    /// Two digits a byte.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef")
        return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
