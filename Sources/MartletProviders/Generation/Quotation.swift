import MartletCore

/// Finds out whether a text repeats something of a chat.
enum Quotation {
    /// Shorter repetitions are chance: names of fields, numbers, common words.
    private static let length = 16

    /// Whether any sixteen bytes of `text` in a row stand in a message, tool or text of `request`, or a whole short message
    /// stands in it between quotation marks.
    ///
    /// - Complexity: O(text + request).
    static func quotes(_ text: String, from request: GenerationRequest) -> Bool {
        let needle = Array(text.utf8)
        let sources = texts(of: request)
        if sources.contains(where: { !$0.isEmpty && $0.utf8.count < length && isQuoted($0, in: text) }) { return true }
        guard needle.count >= length else { return false }
        var windows: Set<UInt64> = []
        forEachWindow(of: needle) { windows.insert($0) }
        for source in sources {
            var isFound = false
            forEachWindow(of: Array(source.utf8)) { isFound = isFound || windows.contains($0) }
            if isFound { return true }
        }
        return false
    }

    private static func isQuoted(_ word: String, in text: String) -> Bool {
        ["'", "\"", "`"].contains { text.contains("\($0)\(word)\($0)") }
    }

    private static func texts(of request: GenerationRequest) -> [String] {
        switch request.input {
        case .text(let text): [text]
        case .tokens: []
        case .messages(let messages):
            messages.flatMap { [$0.content] + $0.toolCalls.map(\.arguments) }
        }
    }

    /// Calls `body` with a hash of every window of ``length`` bytes.
    ///
    /// A collision only hides a text, so 64 bits suffice.
    private static func forEachWindow(of bytes: [UInt8], _ body: (UInt64) -> Void) {
        guard bytes.count >= length else { return }
        let factor: UInt64 = 1_099_511_628_211
        var leaving: UInt64 = 1
        // Arithmetic modulo 2^64 is what a rolling hash needs.
        for _ in 1..<length { leaving = leaving &* factor }
        var hash: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            if index >= length { hash = hash &- UInt64(bytes[index - length]) &* leaving }
            hash = hash &* factor &+ UInt64(byte)
            if index >= length - 1 { body(hash) }
        }
    }
}
