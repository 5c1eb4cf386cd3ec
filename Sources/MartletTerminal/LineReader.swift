#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Reads one line on the calling thread, drawing it after each key.
struct LineReader {
    var editor: LineEditor
    let prompt: String
    let style: Style
    /// What was typed beyond the line that was read last.
    private(set) var typedAhead: TypedAhead
    /// Row of the cursor within what is drawn.
    private var drawnRow = 0

    init(editor: LineEditor, prompt: String, style: Style, typedAhead: TypedAhead = TypedAhead()) {
        self.editor = editor
        self.typedAhead = typedAhead
        self.prompt = prompt
        self.style = style
    }

    /// A line of a pipe or a file, without its end.
    static func readPlainly() -> Terminal.Input {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return bytes.isEmpty ? .ended : .line(String(decoding: bytes, as: UTF8.self)) }
            if byte == UInt8(ascii: "\n") { return .line(String(decoding: bytes, as: UTF8.self)) }
            bytes.append(byte)
            guard bytes.count <= Terminal.longestLine else { return .tooLong }
        }
    }

    mutating func readInteractively() -> Terminal.Input {
        guard let mode = TerminalMode.current() else { return .ended }
        enter(mode)
        defer { leave(mode) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            if let input = handleKeys(mode) { return finish(input) }
            draw()
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return .ended }
            typedAhead.append(buffer[..<count])
        }
    }

    /// Handles keys up to the one that completes the line; the rest waits for the next.
    private mutating func handleKeys(_ mode: TerminalMode) -> Terminal.Input? {
        while let key = typedAhead.next() {
            switch editor.handle(key) {
            case .editing: continue
            case .submitted(let line): return .line(line)
            case .interrupted(let wasEmpty): return .interrupted(wasEmpty: wasEmpty)
            case .ended: return .ended
            case .clearedScreen:
                show("\u{1B}[H\u{1B}[2J")
                drawnRow = 0
            case .suspended:
                leave(mode)
                raise(SIGTSTP)
                enter(mode)
                drawnRow = 0
            }
        }
        return nil
    }

    /// Raw keys and bracketed paste.
    private func enter(_ mode: TerminalMode) {
        mode.raw.apply()
        show("\u{1B}[?2004h")
    }

    private func leave(_ mode: TerminalMode) {
        show("\u{1B}[?2004l")
        mode.apply()
    }

    private func show(_ text: String) {
        Terminal.write(Array(text.utf8), to: STDOUT_FILENO)
    }

    private mutating func draw() {
        let layout = LineLayout(
            prompt: prompt,
            text: editor.text,
            cursor: editor.cursor,
            width: Terminal.width,
            style: style.green
        )
        var output = drawnRow > 0 ? "\u{1B}[\(drawnRow)A\r" : "\r"
        output += "\u{1B}[J" + layout.output
        let up = layout.rowCount - 1 - layout.cursorRow
        if up > 0 { output += "\u{1B}[\(up)A" }
        output += "\r"
        if layout.cursorColumn > 0 { output += "\u{1B}[\(layout.cursorColumn)C" }
        show(output)
        drawnRow = layout.cursorRow
    }

    /// Leaves the drawn line on the screen and moves below it.
    private func finish(_ input: Terminal.Input) -> Terminal.Input {
        if case .line(let line) = input {
            let layout = LineLayout(
                prompt: prompt,
                text: Array(line),
                cursor: line.count,
                width: Terminal.width,
                style: style.green
            )
            show((drawnRow > 0 ? "\u{1B}[\(drawnRow)A" : "") + "\r\u{1B}[J" + layout.output)
        }
        show("\r\n")
        return input
    }
}
