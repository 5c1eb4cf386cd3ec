import MartletTerminal
import Testing

@Suite("The line editor")
struct LineEditorTests {
    private func type(_ keys: [Key], into editor: inout LineEditor) -> LineEditor.Outcome {
        var outcome = LineEditor.Outcome.editing
        for key in keys { outcome = editor.handle(key) }
        return outcome
    }

    private func keys(_ text: String) -> [Key] { text.map { .character($0) } }

    @Test("edits in the middle, by word and by line")
    func edits() {
        var editor = LineEditor()
        _ = type(keys("hello brave world") + [.wordLeft, .deleteWord], into: &editor)
        #expect(String(editor.text) == "hello world")
        #expect(editor.cursor == 6)
        _ = type([.deleteToStart, .end, .yank, .home, .delete, .right, .backspace], into: &editor)
        #expect(String(editor.text) == "rldhello ")
        _ = type([.end, .left, .deleteToEnd, .wordLeft, .wordRight, .character("é")], into: &editor)
        #expect(String(editor.text) == "rldhelloé")
    }

    @Test("submits whole lines, and keeps a person's graphemes together")
    func submits() {
        var editor = LineEditor()
        #expect(type(keys("İ👩‍👩‍👧ж") + [.left, .backspace, .enter], into: &editor) == .submitted("İж"))
        #expect(editor.text.isEmpty)
        #expect(
            type([.paste("two\nlines"), .newline, .character("x"), .enter], into: &editor)
                == .submitted("two\nlines\nx")
        )
    }

    @Test("walks the history and comes back to the line being typed")
    func history() {
        var editor = LineEditor(history: ["one"])
        _ = type(keys("two") + [.enter] + keys("two") + [.enter] + keys("  ") + [.enter], into: &editor)
        #expect(editor.history == ["one", "two"])
        _ = type(keys("dra"), into: &editor)
        _ = type([.up], into: &editor)
        #expect(String(editor.text) == "two")
        _ = type([.up, .up, .up], into: &editor)
        #expect(String(editor.text) == "one")
        _ = type([.down, .down, .down], into: &editor)
        #expect(String(editor.text) == "dra")
    }

    @Test("tells apart throwing a line away, leaving, and deleting forward")
    func controls() {
        var editor = LineEditor()
        #expect(editor.handle(.interrupt) == .interrupted(wasEmpty: true))
        _ = editor.handle(.character("a"))
        #expect(editor.handle(.interrupt) == .interrupted(wasEmpty: false))
        #expect(editor.text.isEmpty)
        _ = type(keys("ab") + [.home], into: &editor)
        #expect(editor.handle(.endOfInput) == .editing)
        #expect(String(editor.text) == "b")
        _ = editor.handle(.delete)
        #expect(editor.handle(.endOfInput) == .ended)
    }
}

@Suite("Keys from bytes")
struct KeyDecoderTests {
    private static let input =
        "a\u{1B}[A\u{1B}OD\u{1B}[1;5C\u{1B}[3~ж👍\u{7F}\u{1B}[200~x\r\ny\u{1B}[201~\r\u{1B}\r\u{3}"
    private static let expected: [Key] = [
        .character("a"), .up, .left, .wordRight, .delete, .character("ж"), .character("👍"), .backspace,
        .paste("x\ny"), .enter, .newline, .interrupt,
    ]

    @Test("are the same over any chunking", arguments: 1...7)
    func chunks(size: Int) {
        var decoder = KeyDecoder()
        let bytes = Array(Self.input.utf8)
        var keys: [Key] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            keys += decoder.append(bytes[start..<min(start + size, bytes.count)])
        }
        #expect(keys == Self.expected)
        #expect(!decoder.isPending)
    }

    @Test("send the line with Return and with Ctrl-J, which is what Return becomes before the prompt is there")
    func bothReturns() {
        var decoder = KeyDecoder()
        #expect(decoder.append("\n\r\u{1B}\n\u{1B}\r".utf8) == [.enter, .enter, .newline, .newline])
    }

    @Test("that come with the end of a line wait for the next")
    func typedAhead() {
        var typed = TypedAhead()
        var editor = LineEditor()
        func line() -> String? {
            while let key = typed.next() {
                if case .submitted(let line) = editor.handle(key) { return line }
            }
            return nil
        }
        typed.append("one\ntwo\nth".utf8)
        #expect(line() == "one")
        #expect(line() == "two")
        #expect(line() == nil)
        typed.append("ree\r\u{4}".utf8)
        #expect(line() == "three")
        #expect(typed.next() == .endOfInput)
        #expect(typed.next() == nil)
    }

    @Test("never get stuck on bytes that mean nothing")
    func garbage() {
        var decoder = KeyDecoder()
        let bytes = (0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 / 7) }.filter { $0 != 0x1B }
        #expect(decoder.append(bytes + Array("z".utf8)).last == .character("z"))
        #expect(decoder.append([0x1B]).isEmpty)
        #expect(decoder.flush() == [.unknown])
    }
}

@Suite("The layout of a line")
struct LineLayoutTests {
    @Test("finds the cursor on wrapped and wide text")
    func wraps() {
        let plain = LineLayout(prompt: "> ", text: Array("abcdefgh"), cursor: 8, width: 10)
        #expect(plain.rowCount == 2)
        #expect((plain.cursorRow, plain.cursorColumn) == (1, 0))
        let wide = LineLayout(prompt: "> ", text: Array("日本語日本"), cursor: 4, width: 10)
        #expect((wide.cursorRow, wide.cursorColumn) == (1, 0))
        let lines = LineLayout(prompt: "> ", text: Array("a\nb"), cursor: 2, width: 40)
        #expect(lines.output == "> a\r\n  b")
        #expect((lines.cursorRow, lines.cursorColumn) == (1, 2))
    }

    @Test("shows pasted control characters instead of obeying them")
    func control() {
        let layout = LineLayout(prompt: "> ", text: Array("a\u{1B}[2Jb"), cursor: 2, width: 40)
        #expect(layout.output == "> a\\u{1b}[2Jb")
        #expect(layout.cursorColumn == 9)
        let narrow = LineLayout(prompt: "> ", text: ["\u{7}"], cursor: 1, width: 4)
        #expect((narrow.rowCount, narrow.cursorColumn) == (2, 3))
    }
}

@Suite("Text on a terminal")
struct TerminalTextTests {
    @Test("can't carry escape sequences or reordering")
    func harmless() {
        #expect(TerminalText.harmless("a\u{1B}]0;x\u{7}b\n\tc") == "a\\u{1b}]0;x\\u{7}b\n\tc")
        #expect(TerminalText.harmless("x\u{202E}y\u{9B}2J\r") == "x\\u{202e}y\\u{9b}2J\\u{d}")
        #expect(TerminalText.harmless("Здравствуй 👩‍👧 مرحبا") == "Здравствуй 👩‍👧 مرحبا")
    }

    @Test("suggests near names and no far ones")
    func suggestions() {
        let names = ["temperature", "top-k", "top-p", "seed"]
        #expect(Suggestion.nearest(to: "temprature", among: names) == "temperature")
        #expect(Suggestion.nearest(to: "sede", among: names) == "seed")
        #expect(Suggestion.nearest(to: "tmeper", among: names) == "temperature")
        #expect(Suggestion.nearest(to: "zzzzzz", among: names) == nil)
    }
}
