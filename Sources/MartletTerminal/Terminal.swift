import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The terminal that a person sits at: reads lines with editing and history, and shows output.
///
/// One task at a time reads; reading happens on a thread of its own, since it blocks.
public final class Terminal: Sendable {
    /// What reading a line came to.
    public enum Input: Equatable, Sendable {
        case line(String)
        /// Ctrl-C; `wasEmpty` when there was nothing to throw away.
        case interrupted(wasEmpty: Bool)
        /// Ctrl-D, or the end of a file.
        case ended
        /// A line of a file or a pipe is longer than ``Terminal/longestLine``.
        case tooLong
    }

    /// Bytes that a line of a file or a pipe may have.
    public static let longestLine = 1 << 20

    /// Whether a person types here, rather than a file or a pipe.
    public let isInteractive: Bool
    /// Colours of standard output.
    public let style: Style
    private let typedAhead = Mutex(TypedAhead())

    /// The process's standard input and output.
    public init() {
        isInteractive = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        style = .detected(for: STDOUT_FILENO)
    }

    /// Columns of the terminal, 80 where there is none.
    public static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes all of `text` at once, without buffering.
    public func write(_ text: String) {
        Self.write(Array(text.utf8), to: STDOUT_FILENO)
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { unistdWrite(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else {
                if descriptor == STDOUT_FILENO { OutputFailure.note(errno) }
                return
            }
            offset += count
        }
    }

    /// Reads one line into `editor`; its history grows by the line.
    public func readLine(prompt: String, editor: LineEditor) async -> (Input, LineEditor) {
        let isInteractive = isInteractive
        let style = style
        return await withCheckedContinuation { continuation in
            let thread = Thread { [self] in
                let typed = typedAhead.withLock { $0 }
                var reader = LineReader(editor: editor, prompt: prompt, style: style, typedAhead: typed)
                let input = isInteractive ? reader.readInteractively() : LineReader.readPlainly()
                typedAhead.withLock { $0 = reader.typedAhead }
                continuation.resume(returning: (input, reader.editor))
            }
            thread.name = "martlet.terminal"
            thread.start()
        }
    }

    /// Runs `body` with typed characters neither shown nor read, Ctrl-C still a signal.
    public func withoutEcho<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        guard isInteractive, let mode = TerminalMode.current() else { return try await body() }
        mode.with { $0.c_lflag &= ~tcflag_t(ECHO) }.apply()
        defer { mode.apply() }
        return try await body()
    }
}

/// The settings of the terminal on standard input.
struct TerminalMode {
    private var attributes: termios

    static func current() -> TerminalMode? {
        var attributes = termios()
        return tcgetattr(STDIN_FILENO, &attributes) == 0 ? TerminalMode(attributes: attributes) : nil
    }

    func with(_ change: (inout termios) -> Void) -> TerminalMode {
        var copy = self
        change(&copy.attributes)
        return copy
    }

    /// Keys come one by one and unchanged.
    var raw: TerminalMode {
        with { attributes in
            attributes.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
            attributes.c_iflag &= ~tcflag_t(IXON | ICRNL | BRKINT | INPCK | ISTRIP)
            withUnsafeMutableBytes(of: &attributes.c_cc) { bytes in
                bytes[Int(VMIN)] = 1
                bytes[Int(VTIME)] = 0
            }
        }
    }

    func apply() {
        var attributes = attributes
        tcsetattr(STDIN_FILENO, TCSADRAIN, &attributes)
    }
}

/// The system's `write`, which a method of the same name hides.
private let unistdWrite: @Sendable (Int32, UnsafeRawPointer?, Int) -> Int = { write($0, $1, $2) }
