#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Escape sequences for text, on terminals that want them.
public struct Style: Sendable {
    /// Whether anything is coloured at all.
    public let isEnabled: Bool

    /// Colours on or off.
    public init(isEnabled: Bool) {
        self.isEnabled = isEnabled
    }

    /// Colours where `descriptor` is a terminal that has them; `NO_COLOR` and `TERM=dumb` turn them off.
    public static func detected(for descriptor: Int32) -> Style {
        let isRefused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
        return Style(isEnabled: isatty(descriptor) == 1 && !isRefused && !isDumb)
    }

    /// Less conspicuous text.
    public func dim(_ text: String) -> String { wrap(text, "2") }
    /// More conspicuous text.
    public func bold(_ text: String) -> String { wrap(text, "1") }
    /// What went well, and a person's prompt.
    public func green(_ text: String) -> String { wrap(text, "32") }
    /// What deserves a look.
    public func yellow(_ text: String) -> String { wrap(text, "33") }
    /// What failed.
    public func red(_ text: String) -> String { wrap(text, "31") }
    /// Names and headings.
    public func cyan(_ text: String) -> String { wrap(text, "36") }

    private func wrap(_ text: String, _ code: String) -> String {
        isEnabled && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
