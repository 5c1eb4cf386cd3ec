import MartletCore

/// How long a server asks to wait, from its headers.
enum RetryAfter {
    /// What no wait is longer than, so that a server's slip can't stop the sums.
    private static let longest = Duration.seconds(86_400)

    /// Reads `retry-after-ms`, then `Retry-After` in seconds or as a date.
    ///
    /// - Parameters:
    ///   - value: The value of a header, by its name in lower case.
    ///   - now: Seconds since 1970, what dates are compared with.
    /// - Returns: nil where the server says nothing that makes sense; at most a day.
    static func read(_ value: (String) -> String?, now: Int64) -> Duration? {
        if let text = value("retry-after-ms"), let count = Double(text), count.isFinite, count >= 0 {
            return min(.seconds(min(count / 1000, 86_400)), longest)
        }
        guard let text = value("retry-after") else { return nil }
        if let count = Double(text), count.isFinite {
            return count >= 0 ? min(.seconds(min(count, 86_400)), longest) : nil
        }
        guard let date = HTTPDate.seconds(text) else { return nil }
        return min(.seconds(max(0, date - now)), longest)
    }
}
