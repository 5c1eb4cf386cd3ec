import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A line on standard error that shows how far a long job is, with speed and remaining time.
///
/// It shows only when standard error is a terminal, so that logs and pipes stay clean, and repaints at most ten times
/// a second. May be updated from any thread.
public final class ProgressBar: Sendable {
    private struct State {
        var lastPaint: ContinuousClock.Instant?
        var isPainted = false
        var speed = TransferSpeed()
    }

    /// What is counted.
    public enum Unit: Sendable {
        /// Bytes, with their speed and the time left.
        case bytes
        /// Whole things, such as repetitions.
        case items
    }

    private let label: String
    private let unit: Unit
    private let isEnabled: Bool
    private let clock = ContinuousClock()
    private let state = Mutex(State())

    /// Starts a bar, invisible until the first update.
    public init(_ label: String, unit: Unit = .bytes, isQuiet: Bool = false) {
        self.label = label
        self.unit = unit
        isEnabled = !isQuiet && isatty(STDERR_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Shows that `completed` of `total` are done; a nil total shows what is done alone.
    public func update(completed: Int, total: Int?, detail: String = "") {
        guard isEnabled else { return }
        let now = clock.now
        let line: String? = state.withLock { state in
            state.speed.record(completed, at: now)
            if let last = state.lastPaint, now - last < .milliseconds(100), completed != total { return nil }
            state.lastPaint = now
            state.isPainted = true
            return ProgressLine(
                label: label,
                completed: completed,
                total: total,
                unit: unit,
                bytesPerSecond: state.speed.bytesPerSecond,
                detail: detail
            ).text(width: ProgressBar.terminalWidth())
        }
        if let line { StandardError.write("\r\(line)\u{1B}[K") }
    }

    /// Clears the line, so that what follows starts on a clean one.
    public func finish() {
        let wasPainted = state.withLock { state in
            defer { state.isPainted = false }
            return state.isPainted
        }
        if wasPainted { StandardError.write("\r\u{1B}[K") }
    }

    private static func terminalWidth() -> Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
        return Int(size.ws_col)
    }
}

/// Bytes per second over the last seconds.
struct TransferSpeed {
    private var samples: [(instant: ContinuousClock.Instant, completed: Int)] = []
    private static let window = Duration.seconds(5)

    /// Notes how much is done by now.
    mutating func record(_ completed: Int, at instant: ContinuousClock.Instant) {
        if let last = samples.last, last.completed > completed { samples = [] }
        if let last = samples.last, instant - last.instant < .milliseconds(50) { return }
        samples.append((instant, completed))
        while samples.count > 2, instant - samples[0].instant > TransferSpeed.window { samples.removeFirst() }
    }

    /// The speed, or nil before there is enough to tell.
    var bytesPerSecond: Double? {
        guard let first = samples.first, let last = samples.last else { return nil }
        let seconds = (last.instant - first.instant) / .seconds(1)
        guard seconds > 0.2 else { return nil }
        return Double(last.completed - first.completed) / seconds
    }
}

/// The words and the bar of a progress line.
struct ProgressLine {
    var label: String
    var completed: Int
    var total: Int?
    var unit = ProgressBar.Unit.bytes
    var bytesPerSecond: Double?
    var detail: String

    private func amount(_ count: Int) -> String {
        unit == .bytes ? Quantity.bytes(count) : "\(count)"
    }

    /// The line, cut to `width` columns less one.
    func text(width: Int) -> String {
        var parts: [String] = []
        var bar = ""
        if let total, total > 0 {
            let share = min(max(Double(completed) / Double(total), 0), 1)
            let cells = 24
            let filled = Int(share * Double(cells))
            bar = "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: cells - filled) + "] "
            parts.append("\(Int(share * 100))%")
            parts.append("\(amount(completed)) of \(amount(total))")
        } else {
            parts.append(amount(completed))
        }
        if unit == .bytes, let speed = bytesPerSecond, speed > 0 {
            parts.append("\(Quantity.bytes(Int(speed)))/s")
            if let total, total > completed {
                parts.append("\(Quantity.time(seconds: Double(total - completed) / speed)) left")
            }
        }
        if !detail.isEmpty { parts.append(detail) }
        return String("\(label) \(bar)\(parts.joined(separator: "  "))".prefix(max(width - 1, 10)))
    }
}
