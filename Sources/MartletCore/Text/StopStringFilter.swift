/// Lets text through up to the first of several stop strings, holding back only what may still become one.
///
/// The first is the one that is complete first; of several complete at the same place, the longest. So the result does
/// not depend on how the text is cut, and is the same as a search in the whole text.
public struct StopStringFilter: Sendable {
    private var matcher: TextMatcher
    private var pending: [UInt8] = []

    /// Whether a stop string has come; nothing is let through from then on.
    public private(set) var isStopped = false

    /// Makes a filter; empty stop strings stop nothing.
    public init(_ stopStrings: [String]) {
        matcher = TextMatcher(stopStrings.filter { !$0.isEmpty })
    }

    /// Takes the next text.
    ///
    /// - Returns: What is let through, often empty, and whether a stop string is complete.
    public mutating func append(_ text: String) -> (emit: String, stopped: Bool) {
        guard !isStopped else { return ("", true) }
        for byte in text.utf8 {
            pending.append(byte)
            if let match = matcher.advance(byte) {
                isStopped = true
                pending.removeLast(match.byteCount)
                return (takePending(keeping: 0), true)
            }
        }
        return (takePending(keeping: matcher.pendingByteCount), false)
    }

    /// Ends the text and returns what was held back, which did not become a stop string.
    public mutating func finish() -> String {
        isStopped ? "" : takePending(keeping: 0)
    }

    private mutating func takePending(keeping count: Int) -> String {
        let text = String(decoding: pending.dropLast(count), as: UTF8.self)
        pending.removeFirst(pending.count - count)
        return text
    }
}
