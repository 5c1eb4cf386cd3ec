/// The formats of JSON Schema that have a grammar, as patterns; other formats are remarks for people.
enum StringFormats {
    private static let year = "(?:000[1-9]|00[1-9]\\d|0[1-9]\\d\\d|[1-9]\\d{3})"
    private static let leapYear =
        "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
    private static let dayOfYear =
        "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))"
    private static let date = "(?:\(year)-\(dayOfYear)|\(leapYear)-02-29)"
    private static let time =
        "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)"
    private static let days = "(?:\\d{1,9}Y(?:\\d{1,9}M(?:\\d{1,9}D)?)?|\\d{1,9}M(?:\\d{1,9}D)?|\\d{1,9}D)"
    private static let hours = "T(?:\\d{1,9}H(?:\\d{1,9}M(?:\\d{1,9}S)?)?|\\d{1,9}M(?:\\d{1,9}S)?|\\d{1,9}S)"
    private static let label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    private static let octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"
    private static let group = "[0-9A-Fa-f]{1,4}"
    private static let path = "[A-Za-z0-9._~:/@!$&'()*+,;=-]*"
    private static let query = "[A-Za-z0-9._~:/?@!$&'()*+,;=-]*"

    /// Shortened forms of IPv6 by how many groups come before `::`.
    private static let shortened = (1...6).map { before in
        "(?:\(group):){\(before)}(?::\(group)){1,\(7 - before)}"
    }

    /// Patterns by the formats' names.
    static let patterns: [String: String] = [
        "date": "^\(date)$",
        "time": "^\(time)$",
        "date-time": "^\(date)T\(time)$",
        "duration": "^P(?:\\d{1,9}W|\(days)(?:\(hours))?|\(hours))$",
        "email": "^[A-Za-z0-9_+-]{1,30}(?:\\.[A-Za-z0-9_+-]{1,30}){0,3}@\(label)(?:\\.\(label)){1,3}$",
        "hostname": "^\(label)(?:\\.\(label)){0,3}$",
        "ipv4": "^\(octet)(?:\\.\(octet)){3}$",
        "ipv6":
            "^(?:(?:\(group):){7}\(group)|\(shortened.joined(separator: "|"))|(?:\(group):){1,7}:|::(?:\(group):){0,6}\(group)|::)$",
        "uuid": "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
        "uri":
            "^[A-Za-z][A-Za-z0-9+.-]{0,31}://\(label)(?:\\.\(label)){0,3}(?::\\d{1,5})?(?:/\(path)(?:\\?\(query))?(?:#\(query))?)?$",
        "json-pointer": "^(?:/(?:[^/~]|~[01])*)*$",
    ]
}
