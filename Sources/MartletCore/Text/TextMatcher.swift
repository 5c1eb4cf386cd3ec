/// Watches a stream of bytes for several patterns at once, however the stream is cut.
///
/// - Complexity: O(1) for each byte and pattern, amortised (Knuth, Morris and Pratt 1977).
package struct TextMatcher: Sendable {
    private struct Pattern: Sendable {
        let bytes: [UInt8]
        /// For each length of a partial match, the next shorter one that is a suffix of it.
        let fallback: [Int]
        /// How many bytes of the pattern the stream ends with.
        var matched = 0

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            var fallback = [0, 0]
            for index in bytes.indices.dropFirst() {
                var length = fallback[index]
                while length > 0, bytes[length] != bytes[index] { length = fallback[length] }
                fallback.append(bytes[length] == bytes[index] ? length + 1 : 0)
            }
            self.fallback = fallback
        }

        /// Takes a byte and says whether the stream now ends with the whole pattern.
        mutating func advance(_ byte: UInt8) -> Bool {
            if matched == bytes.count { matched = fallback[matched] }
            while matched > 0, bytes[matched] != byte { matched = fallback[matched] }
            if bytes[matched] == byte { matched += 1 }
            return matched == bytes.count
        }
    }

    private var patterns: [Pattern]

    /// Watches for `texts`, none of which is empty.
    package init(_ texts: [String]) {
        patterns = texts.map { Pattern(Array($0.utf8)) }
    }

    /// Takes a byte; returns the longest pattern that is complete with it.
    package mutating func advance(_ byte: UInt8) -> (pattern: Int, byteCount: Int)? {
        var found: (pattern: Int, byteCount: Int)?
        for index in patterns.indices where patterns[index].advance(byte) {
            let count = patterns[index].bytes.count
            if count > found?.byteCount ?? 0 { found = (index, count) }
        }
        return found
    }

    /// How many of the last bytes may still become part of a pattern.
    package var pendingByteCount: Int {
        patterns.reduce(0) { max($0, $1.matched) }
    }

    /// Forgets what the stream ended with.
    package mutating func reset() {
        for index in patterns.indices { patterns[index].matched = 0 }
    }
}
