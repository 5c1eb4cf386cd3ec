/// The line that a person is typing: a pure state machine from keys to text, with history.
public struct LineEditor: Sendable {
    /// What a key did.
    public enum Outcome: Equatable, Sendable {
        /// The line changed, or nothing did.
        case editing
        /// The line is complete.
        case submitted(String)
        /// Ctrl-C: the line was thrown away; `wasEmpty` says whether there was any.
        case interrupted(wasEmpty: Bool)
        /// Ctrl-D on an empty line.
        case ended
        /// Ctrl-L: draw again on a clear screen.
        case clearedScreen
        /// Ctrl-Z: hand the terminal back for now.
        case suspended
    }

    /// The text as it stands.
    public private(set) var text: [Character] = []
    /// Where the next character goes, 0 to the text's length.
    public private(set) var cursor = 0
    /// Lines submitted earlier, oldest first.
    public private(set) var history: [String]

    /// How many lines the history keeps.
    public static let historyLimit = 500

    private var historyIndex: Int?
    private var draft: [Character] = []
    private var deleted: [Character] = []

    /// An empty line.
    public init(history: [String] = []) {
        self.history = Array(history.suffix(Self.historyLimit))
    }

    /// Changes the line as `key` says.
    public mutating func handle(_ key: Key) -> Outcome {
        switch key {
        case .character(let character): insert([character])
        case .paste(let text): insert(Array(text))
        case .newline: insert(["\n"])
        case .enter: return submit()
        case .interrupt:
            let wasEmpty = text.isEmpty
            clear()
            return .interrupted(wasEmpty: wasEmpty)
        case .endOfInput:
            if text.isEmpty { return .ended }
            delete(cursor..<min(cursor + 1, text.count), keeping: false)
        case .clearScreen: return .clearedScreen
        case .suspend: return .suspended
        case .backspace: delete(max(cursor - 1, 0)..<cursor, keeping: false)
        case .delete: delete(cursor..<min(cursor + 1, text.count), keeping: false)
        case .deleteWord: delete(wordStart..<cursor, keeping: true)
        case .deleteToStart: delete(0..<cursor, keeping: true)
        case .deleteToEnd: delete(cursor..<text.count, keeping: true)
        case .yank: insert(deleted)
        case .left: cursor = max(cursor - 1, 0)
        case .right: cursor = min(cursor + 1, text.count)
        case .wordLeft: cursor = wordStart
        case .wordRight: cursor = wordEnd
        case .home: cursor = 0
        case .end: cursor = text.count
        case .up: recall(older: true)
        case .down: recall(older: false)
        case .unknown: break
        }
        return .editing
    }

    private mutating func insert(_ characters: [Character]) {
        text.insert(contentsOf: characters, at: cursor)
        cursor += characters.count
    }

    private mutating func delete(_ range: Range<Int>, keeping: Bool) {
        guard !range.isEmpty else { return }
        if keeping { deleted = Array(text[range]) }
        text.removeSubrange(range)
        cursor = range.lowerBound
    }

    private mutating func clear() {
        text = []
        cursor = 0
        historyIndex = nil
        draft = []
    }

    private mutating func submit() -> Outcome {
        let line = String(text)
        clear()
        if !line.allSatisfy(\.isWhitespace), history.last != line {
            history.append(line)
            if history.count > Self.historyLimit { history.removeFirst() }
        }
        return .submitted(line)
    }

    private var wordStart: Int {
        var index = cursor
        while index > 0, text[index - 1].isWhitespace { index -= 1 }
        while index > 0, !text[index - 1].isWhitespace { index -= 1 }
        return index
    }

    private var wordEnd: Int {
        var index = cursor
        while index < text.count, text[index].isWhitespace { index += 1 }
        while index < text.count, !text[index].isWhitespace { index += 1 }
        return index
    }

    /// Steps through the history; the line being typed waits below its newest entry.
    private mutating func recall(older: Bool) {
        let current = historyIndex ?? history.count
        let index = older ? current - 1 : current + 1
        guard index >= 0, index <= history.count, current != index else { return }
        if historyIndex == nil { draft = text }
        guard historyIndex != nil || older else { return }
        historyIndex = index == history.count ? nil : index
        text = index == history.count ? draft : Array(history[index])
        cursor = text.count
    }
}
