/// Numbers as people read them.
public enum Quantity {
    /// `count` bytes in the largest fitting binary unit, such as `638.0 MiB`.
    public static func bytes(_ count: Int) -> String {
        var value = Double(count)
        for unit in ["bytes", "KiB", "MiB", "GiB"] {
            if value < 1024 { return unit == "bytes" ? "\(count) bytes" : "\(decimal(value, places: 1)) \(unit)" }
            value /= 1024
        }
        return "\(decimal(value, places: 1)) TiB"
    }

    /// Three digits that matter: `0.012`, `1.23`, `45.6`, `789`.
    public static func short(_ value: Double) -> String {
        decimal(value, places: value < 0.1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0)
    }

    /// A count of weights, such as `1.10 B`.
    public static func count(_ count: Int) -> String {
        switch count {
        case 1_000_000_000...: "\(decimal(Double(count) / 1e9, places: 2)) B"
        case 1_000_000...: "\(decimal(Double(count) / 1e6, places: 1)) M"
        case 10_000...: "\(decimal(Double(count) / 1e3, places: 1)) K"
        default: "\(count)"
        }
    }

    /// A time, such as `1 m 05 s`.
    public static func time(seconds: Double) -> String {
        guard seconds.isFinite, seconds < 360_000 else { return "long" }
        let whole = Int(seconds.rounded(.up))
        let (minutes, rest) = whole.quotientAndRemainder(dividingBy: 60)
        if minutes == 0 { return "\(rest) s" }
        let padded = rest < 10 ? "0\(rest)" : "\(rest)"
        if minutes < 60 { return "\(minutes) m \(padded) s" }
        let (hours, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        return "\(hours) h \(minute < 10 ? "0" : "")\(minute) m"
    }

    /// `value` with a fixed number of places after the point, 0 to 6.
    public static func decimal(_ value: Double, places: Int) -> String {
        precondition((0...6).contains(places), "0 to 6 places")
        guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
        var factor = 1
        for _ in 0..<places { factor *= 10 }
        let scaled = Int((abs(value) * Double(factor)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % factor)
        return "\(sign)\(scaled / factor)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
