import Crypto

/// The keys that a server knows, and whom they belong to.
public struct AccessKeys: Sendable, Hashable {
    /// The keys, each name once.
    public private(set) var keys: [AccessKey]

    /// Why a list of keys can't be used; never with a key in it.
    public struct ParseError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The line, from 1.
        public var line: Int
        /// What is wrong, and the remedy.
        public var reason: String
        /// Where and what.
        public var description: String { "line \(line): \(reason)" }
    }

    /// No keys.
    public init() { keys = [] }

    /// Adds a key.
    /// - Returns: false, and adds nothing, where the name is taken.
    @discardableResult public mutating func add(_ key: AccessKey) -> Bool {
        guard !keys.contains(where: { $0.name == key.name }) else { return false }
        keys.append(key)
        return true
    }

    /// The key that `text` is, or nil.
    ///
    /// - Complexity: O(keys); every key is compared, each in constant time, so that the time tells nothing.
    public func key(matching text: String) -> AccessKey? {
        let hash = SHA256.hash(data: Array(text.utf8))
        var found: AccessKey?
        for key in keys where hash == key.hash { found = key }
        return found
    }

    /// Reads a list of keys, a line each: `name:key` or `name:sha256:HEX`, then options with spaces between them.
    ///
    /// Options are `rpm=N` (requests a minute), `tpm=N` (tokens a minute), `tpd=N` (tokens a day), `concurrent=N`, and
    /// `rights=generation,metrics,vectors,vectors-read`. Empty lines and those that begin with `#` say nothing.
    public init(parsing text: String) throws(ParseError) {
        keys = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            var parser = LineParser(line: index + 1)
            let key = try parser.parse(first, options: words.dropFirst())
            guard add(key) else {
                throw parser.error("the name \(key.name) is taken; give every key a name of its own")
            }
        }
    }

    private struct LineParser {
        let line: Int

        func error(_ reason: String) -> ParseError { ParseError(line: line, reason: reason) }

        mutating func parse(_ word: Substring, options: ArraySlice<Substring>) throws(ParseError) -> AccessKey {
            guard let colon = word.firstIndex(of: ":") else { throw error("there is no colon; write name:key") }
            let name = String(word[..<colon])
            guard AccessKeys.isName(name) else {
                throw error("the name is not 1 to 64 letters, digits, dots, dashes or underscores")
            }
            guard name != "anonymous" else { throw error("the name anonymous is for callers without a key") }
            var limits = CallerLimits()
            var rights = Caller.Rights.generation
            for option in options { try parse(option, into: &limits, &rights) }
            let secret = word[word.index(after: colon)...]
            if secret.hasPrefix("sha256:") {
                guard let hash = Self.digest(secret.dropFirst(7)) else {
                    throw error("after sha256: come 64 hexadecimal digits")
                }
                return AccessKey(name: name, hash: hash, rights: rights, limits: limits)
            }
            guard secret.utf8.count >= 8 else {
                throw error("the key of \(name) is shorter than 8 bytes; make one with: martlet make-key \(name)")
            }
            return AccessKey(name: name, key: String(secret), rights: rights, limits: limits)
        }

        private func parse(
            _ option: Substring,
            into limits: inout CallerLimits,
            _ rights: inout Caller.Rights
        ) throws(ParseError) {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let (name, value) = (String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
            if name == "rights" {
                rights = []
                for word in value.split(separator: ",") {
                    guard let named = Caller.Rights.named.first(where: { $0.name == word }) else {
                        throw error(
                            "rights are generation, metrics, vectors and vectors-read, with commas between them"
                        )
                    }
                    rights.formUnion(named.rights)
                }
                return
            }
            let paths: [String: WritableKeyPath<CallerLimits, Int?>] = [
                "rpm": \.requestsPerMinute, "tpm": \.tokensPerMinute, "tpd": \.tokensPerDay,
                "concurrent": \.concurrentRequests,
            ]
            guard let path = paths[name] else {
                throw error(
                    "unknown option; there are rpm=N, tpm=N, tpd=N, concurrent=N and rights=generation,metrics,vectors"
                )
            }
            guard let number = Int(value), (1...1_000_000_000_000).contains(number) else {
                throw error("\(name)= is followed by a whole number of at least 1")
            }
            limits[keyPath: path] = number
        }

        private static func digest(_ text: Substring) -> [UInt8]? {
            let digits = text.compactMap(\.hexDigitValue)
            guard text.utf8.count == 64, digits.count == 64 else { return nil }
            return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        }
    }

    /// Whether a caller may have this name.
    public static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
