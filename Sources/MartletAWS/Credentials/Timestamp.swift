package import FoundationEssentials
import MartletCore

/// Instants as AWS's services and tools write them.
package enum Timestamp {
    /// Reads `2030-01-02T03:04:05Z`, with a fraction, with an offset such as `+02:00`, or with `UTC` for `Z`.
    package static func date(_ text: String) -> Date? {
        let characters = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= characters.count else { return nil }
            let digits = characters[range]
            guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
            return Int(String(decoding: digits, as: UTF8.self))
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19),
            characters[4] == UInt8(ascii: "-"), characters[7] == UInt8(ascii: "-"),
            characters[13] == UInt8(ascii: ":"), characters[16] == UInt8(ascii: ":"),
            let seconds = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)?
                .secondsSince1970
        else { return nil }
        var rest = characters[19...]
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst().drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        guard let offset = offset(String(decoding: rest, as: UTF8.self)) else { return nil }
        return Date(timeIntervalSince1970: Double(seconds - offset))
    }

    /// Seconds east of Greenwich.
    private static func offset(_ text: String) -> Int64? {
        if ["Z", "z", "UTC", ""].contains(text) { return 0 }
        guard text.first == "+" || text.first == "-" else { return nil }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard digits.utf8.count == 4, let number = Int64(digits), number >= 0 else { return nil }
        return (number / 100 * 3600 + number % 100 * 60) * (text.first == "-" ? -1 : 1)
    }
}
