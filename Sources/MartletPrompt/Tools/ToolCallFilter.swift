import MartletCore

/// Tells the functions that a model asks to have run from the words of its answer.
///
/// Works on text as it comes: a mark may be cut anywhere. What looks like a call and can't be read as one stays text, so
/// that nothing a model says is lost; where an answer has to be a call and was cut off, the call comes as far as it goes.
/// White space around calls is dropped.
public struct ToolCallFilter: Sendable {
    /// A part of the answer.
    public enum Output: Sendable, Hashable {
        /// Words.
        case text(String)
        /// A call, with its arguments as JSON text.
        case call(name: String, arguments: String)
    }

    private enum State: Sendable {
        /// Nothing but white space has come, and a bare object would be a call.
        case undecided
        case words
        case inside
    }

    /// Bytes of a call at most; a longer one is text.
    public static let callLimit = 1 << 20

    private let dialect: ToolDialect
    private let reader: ToolCallReader
    private let names: Set<String>
    private var state: State
    private var openings: TextMatcher
    private var closings: TextMatcher
    /// Bytes of words that may become a mark, or of a call.
    private var pending: [UInt8] = []
    /// White space that is dropped when a call comes next, or was one before it.
    private var space = ""
    private var isAfterCall = false
    /// The function whose arguments the whole answer is.
    private var name: String?
    /// Whether the answer can't be anything but a call.
    private var isForced = false

    /// Calls so far.
    public private(set) var callCount = 0

    /// Makes a filter.
    ///
    /// - Parameters:
    ///   - dialect: How the model writes calls.
    ///   - names: The functions that there are; without marks around it, only one of these is a call.
    ///   - startsInside: Whether the prompt ended with the opening mark.
    public init(_ dialect: ToolDialect, names: some Swift.Sequence<String>, startsInside: Bool = false) {
        self.dialect = dialect
        reader = ToolCallReader(dialect: dialect)
        self.names = Set(names)
        state = startsInside ? .inside : dialect.form == .bare ? .undecided : .words
        openings = TextMatcher(dialect.opening.isEmpty ? [ToolDialect.pythonTag] : [dialect.opening])
        let closing = dialect.form == .recipients ? dialect.opening : dialect.closing
        closings = TextMatcher(closing.map { [$0] } ?? [])
    }

    /// Makes a filter for an answer that has to be a call.
    public init(_ forced: ForcedToolCall, names: some Swift.Sequence<String>) {
        let startsInside = forced.name != nil || !forced.beginning.isEmpty
        self.init(forced.dialect, names: names, startsInside: startsInside)
        name = forced.name
        isForced = true
    }

    /// Takes the next text and returns what is certain with it.
    public mutating func append(_ text: String) -> [Output] {
        var output: [Output] = []
        for byte in text.utf8 {
            pending.append(byte)
            switch state {
            case .undecided: decide(byte)
            case .words:
                guard let match = openings.advance(byte) else { break }
                pending.removeLast(match.byteCount)
                say(&output)
                enter()
            case .inside:
                if let match = closings.advance(byte) {
                    pending.removeLast(match.byteCount)
                    leave(&output)
                    if dialect.form == .recipients { enter() }
                } else if pending.count > Self.callLimit {
                    giveUp(&output)
                }
            }
        }
        if state == .words {
            let kept = openings.pendingByteCount
            let held = Array(pending.suffix(kept))
            pending.removeLast(kept)
            say(&output)
            pending = held
        }
        return output
    }

    /// Ends the answer and returns what was held back.
    public mutating func finish() -> [Output] {
        var output: [Output] = []
        if state == .inside { leave(&output) } else { say(&output) }
        if !space.isEmpty, !isAfterCall { output.append(.text(space)) }
        space = ""
        return output
    }

    private mutating func decide(_ byte: UInt8) {
        // A mark may begin an answer whose words are calls anyway.
        if openings.advance(byte) != nil {
            enter()
        } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
            state = .inside
        } else if openings.pendingByteCount == 0, byte > 0x20 {
            state = .words
        }
    }

    private mutating func enter() {
        state = .inside
        pending = []
        openings.reset()
        closings.reset()
    }

    /// Ends a call's text.
    private mutating func leave(_ output: inout [Output]) {
        let body = String(decoding: pending, as: UTF8.self)
        if let said = words(for: body) {
            pending = Array(said.utf8)
            say(&output)
        } else if let calls = reader.read(body, of: name),
            name != nil || dialect.form != .bare || calls.allSatisfy({ names.contains($0.name) })
        {
            for call in calls where call.name != "directly_answer" {
                output.append(.call(name: call.name, arguments: call.arguments))
                callCount += 1
            }
            space = ""
            isAfterCall = true
        } else if isForced, let call = reader.beginning(body, of: name, among: names) {
            output.append(.call(name: call.name, arguments: call.arguments))
            callCount += 1
        } else {
            pending = Array((dialect.opening + body + (dialect.closing ?? "")).utf8)
            say(&output)
        }
        pending = []
        state = .words
        openings.reset()
        closings.reset()
    }

    /// What a recipient called `all` is told.
    private func words(for body: String) -> String? {
        guard dialect.form == .recipients, let line = body.firstIndex(of: "\n"),
            String(body[..<line]).trimmed == "all"
        else { return nil }
        return String(body[body.index(after: line)...])
    }

    private mutating func giveUp(_ output: inout [Output]) {
        pending = Array(dialect.opening.utf8) + pending
        say(&output)
        state = .words
    }

    /// Says the pending bytes, but for white space that a call may follow.
    private mutating func say(_ output: inout [Output]) {
        guard !pending.isEmpty else { return }
        let text = String(decoding: pending, as: UTF8.self)
        pending = []
        let scalars = text.unicodeScalars
        guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else {
            if !isAfterCall { space += text }
            return
        }
        let end = scalars.index(after: last)
        var first = scalars.startIndex
        if isAfterCall { first = scalars.firstIndex { !$0.properties.isWhitespace } ?? first }
        output.append(.text(space + String(scalars[first..<end])))
        space = String(scalars[end...])
        isAfterCall = false
    }
}
