public import FoundationEssentials

/// Who the bot is, as an instruction to the model with places to fill in.
///
/// `{bot_name}`, `{date}`, `{time}`, `{location}` and `{context}` are filled in for every request; anything else in braces
/// stays as it is, and what is filled in is not searched again.
public struct Persona: Sendable, Hashable {
    /// The instruction.
    public var template: String
    /// What the bot is called.
    public var botName: String
    /// Where the bot says that it is.
    public var location: String
    /// The zone of `{date}` and `{time}`.
    public var timeZone: TimeZone

    /// Makes a persona.
    public init(
        template: String = Persona.standardTemplate(),
        botName: String,
        location: String = "",
        timeZone: TimeZone = .current
    ) {
        self.template = template
        self.botName = botName
        self.location = location
        self.timeZone = timeZone
    }

    /// The instruction of a bot that nobody wrote one for; it names a place and a text only where there are some.
    public static func standardTemplate(hasLocation: Bool = false, hasContext: Bool = false) -> String {
        "You are {bot_name}, a friendly bot" + (hasLocation ? " in {location}" : "")
            + ". Answer briefly. Today is {date}. The time is {time}." + (hasContext ? "\n\n{context}" : "")
    }

    /// Whether the instruction asks for the text behind `{context}`.
    public var usesContext: Bool { template.contains("{context}") }

    /// The instruction with its places filled in, without white space at its ends.
    public func render(at date: Date, context: String) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
        func padded(_ number: Int?, _ width: Int) -> String {
            let digits = "\(number ?? 0)"
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let values = [
            "bot_name": botName,
            "date": "\(padded(parts.year, 4))-\(padded(parts.month, 2))-\(padded(parts.day, 2))",
            "time": "\(padded(parts.hour, 2)):\(padded(parts.minute, 2))",
            "location": location,
            "context": context,
        ]
        return Self.fill(template, with: values).trimmingWhitespace()
    }

    /// Replaces `{name}` where `values` has the name, in one pass.
    private static func fill(_ template: String, with values: [String: String]) -> String {
        var result = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            rest = rest[open...]
            if let close = rest.firstIndex(of: "}"), let value = values[String(rest[rest.index(after: open)..<close])] {
                result += value
                rest = rest[rest.index(after: close)...]
            } else {
                result += "{"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }
}
