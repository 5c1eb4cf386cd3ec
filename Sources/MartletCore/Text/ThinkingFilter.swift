/// Tells a reasoning model's thinking from its answer, whose tags never reach either.
///
/// Works on text as it comes: a tag may be cut anywhere. Thinking that is never closed stays thinking; a closing tag
/// without an opening one vanishes. White space next to the tags is dropped, so that both parts begin with a word.
public struct ThinkingFilter: Sendable {
    /// The texts around a model's thinking.
    public struct Tags: Hashable, Sendable {
        /// Begins thinking.
        public var opening: String
        /// Ends thinking.
        public var closing: String

        /// Makes a pair; neither text may be empty.
        public init(opening: String, closing: String) {
            precondition(!opening.isEmpty && !closing.isEmpty, "a thinking tag has a text")
            self.opening = opening
            self.closing = closing
        }

        /// What most reasoning models write: `<think>` and `</think>`.
        public static let think = Tags(opening: "<think>", closing: "</think>")
        /// What some write: `<thinking>` and `</thinking>`.
        public static let thinking = Tags(opening: "<thinking>", closing: "</thinking>")
        /// What Mistral's reasoning models write: `[THINK]` and `[/THINK]`.
        public static let bracketed = Tags(opening: "[THINK]", closing: "[/THINK]")
    }

    /// The next text of each part, of which either may be empty; their order is in ``runs``.
    public struct Output: Hashable, Sendable {
        /// A stretch of one part.
        public enum Run: Hashable, Sendable {
            /// Text of the answer.
            case answer(String)
            /// Text of the thinking.
            case thinking(String)
        }

        /// Stretches in their order; never empty ones, never two of the same part in a row.
        public fileprivate(set) var runs: [Run] = []

        /// The answer's texts together.
        public var answer: String {
            runs.reduce(into: "") { text, run in if case .answer(let part) = run { text += part } }
        }

        /// The thinking's texts together.
        public var thinking: String {
            runs.reduce(into: "") { text, run in if case .thinking(let part) = run { text += part } }
        }

        fileprivate mutating func append(_ text: String, isThinking: Bool) {
            guard !text.isEmpty else { return }
            switch (runs.last, isThinking) {
            case (.thinking(let before), true): runs[runs.count - 1] = .thinking(before + text)
            case (.answer(let before), false): runs[runs.count - 1] = .answer(before + text)
            default: runs.append(isThinking ? .thinking(text) : .answer(text))
            }
        }
    }

    private let tagCount: Int
    private var matcher: TextMatcher
    /// Bytes that may become a tag.
    private var pending: [UInt8] = []
    /// White space that is dropped when a tag comes next.
    private var space = ""
    /// Whether nothing but white space has come since the last tag, or since the beginning.
    private var isAtEdge = true
    private var hasSeenTag: Bool
    /// Whether thinking comes before the answer only, so that tags inside it are text.
    private let comesFirst: Bool
    /// Whether the answer has begun after which no tag is looked for.
    private var isOver = false

    /// Whether the next text is thinking, as far as is known.
    public private(set) var isThinking: Bool

    /// Bytes that were taken and neither returned nor dropped yet.
    public var heldByteCount: Int { pending.count + space.utf8.count }

    /// Makes a filter.
    ///
    /// - Parameters:
    ///   - tags: The pairs to look for.
    ///   - startsInside: Whether the prompt ended with an opening tag, so that the stream begins with thinking.
    ///   - comesFirst: Whether thinking comes before the answer only, so that tags inside the answer are left as they
    ///     are: what must have a form may hold any text.
    public init(_ tags: [Tags] = [.think], startsInside: Bool = false, comesFirst: Bool = false) {
        self.comesFirst = comesFirst
        tagCount = tags.count
        matcher = TextMatcher(tags.map(\.opening) + tags.map(\.closing))
        isThinking = startsInside
        hasSeenTag = startsInside
    }

    /// Takes the next text and returns what is certain with it.
    public mutating func append(_ text: String) -> Output {
        var output = Output()
        for byte in text.utf8 {
            pending.append(byte)
            guard !isOver else { continue }
            guard let match = matcher.advance(byte) else {
                let isSpace = byte == 0x20 || (0x09...0x0D).contains(byte)
                if comesFirst, !isThinking, !isSpace, matcher.pendingByteCount == 0 { isOver = true }
                continue
            }
            pending.removeLast(match.byteCount)
            emit(pending, to: &output)
            pending = []
            matcher.reset()
            hasSeenTag = true
            // A tag that changes nothing, such as a second opening one, vanishes and parts nothing.
            guard isThinking != (match.pattern < tagCount) else { continue }
            isThinking.toggle()
            isAtEdge = true
            space = ""
            if comesFirst, !isThinking { isOver = true }
        }
        let kept = isOver ? 0 : matcher.pendingByteCount
        emit(pending.dropLast(kept), to: &output)
        pending.removeFirst(pending.count - kept)
        return output
    }

    /// Ends the stream and returns what was held back: the beginning of a tag that did not come.
    public mutating func finish() -> Output {
        var output = Output()
        emit(pending, to: &output)
        pending = []
        if !isAtEdge || !hasSeenTag { output.append(space, isThinking: isThinking) }
        space = ""
        return output
    }

    /// Adds text to the current part, without white space at either edge of it.
    private mutating func emit(_ bytes: some Collection<UInt8>, to output: inout Output) {
        guard !bytes.isEmpty else { return }
        let text = String(decoding: bytes, as: UTF8.self)
        let scalars = text.unicodeScalars
        guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else {
            space += text
            return
        }
        var first = scalars.startIndex
        if isAtEdge, hasSeenTag {
            space = ""
            first = scalars.firstIndex { !$0.properties.isWhitespace } ?? first
        }
        let end = scalars.index(after: last)
        output.append(space + String(scalars[first..<end]), isThinking: isThinking)
        space = String(scalars[end...])
        isAtEdge = false
    }
}
