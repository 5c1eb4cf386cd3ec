public import FoundationEssentials

/// Hours of the day in which nothing is answered without the owner.
public struct QuietHours: Sendable, Hashable {
    /// The first quiet minute of the day, 0 to 1439.
    public var start: Int
    /// The first minute that is not quiet any more, 0 to 1439; before `start` where the night is between them.
    public var end: Int
    /// Whose day it is.
    public var timeZone: TimeZone

    /// Makes hours; the same minute twice is never quiet.
    public init(start: Int, end: Int, timeZone: TimeZone) {
        precondition((0..<1440).contains(start) && (0..<1440).contains(end), "a day has 1440 minutes")
        self.start = start
        self.end = end
        self.timeZone = timeZone
    }

    /// When quiet ends, if it is quiet at `date`; nil otherwise.
    public func end(at date: Date) -> Date? {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents([.hour, .minute, .second], from: date)
        let minute = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
        let length = (end - start + 1440) % 1440
        let passed = (minute - start + 1440) % 1440
        guard passed < length else { return nil }
        return date.addingTimeInterval(Double((length - passed) * 60 - (parts.second ?? 0)))
    }
}
