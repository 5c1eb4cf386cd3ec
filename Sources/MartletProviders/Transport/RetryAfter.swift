import MartletCore

/// How long a server asks to wait, from its headers.
enum RetryAfter {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
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
        guard let date = date(text) else { return nil }
        return min(.seconds(max(0, date - now)), longest)
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func date(_ text: String) -> Int64? {
        let parts = text.split { $0 == " " || $0 == "," }
        guard parts.count == 6, parts[5].uppercased() == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
            let month = months.firstIndex(of: parts[2].lowercased())
        else { return nil }
        let time = parts[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3 else { return nil }
        return CivilTime(
            year: year,
            month: month + 1,
            day: day,
            hour: time[0],
            minute: time[1],
            second: time[2]
        )?.secondsSince1970
    }
}
