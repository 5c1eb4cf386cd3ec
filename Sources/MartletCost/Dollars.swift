/// An amount of US dollars for people: cents from one cent on, and four significant digits below.
public struct Dollars: Sendable, Hashable, CustomStringConvertible {
    /// The amount.
    public var amount: Double

    /// Wraps an amount.
    public init(_ amount: Double) { self.amount = amount }

    /// Such as `$20.83`, `$0.0008002` or `$12,400`.
    public var description: String {
        guard amount.isFinite else { return "-" }
        let sign = amount < 0 ? "-$" : "$"
        let size = abs(amount)
        if size == 0 { return "$0" }
        if size >= 10_000 { return sign + Grouped(size).description }
        if size >= 0.095 { return sign + Self.fixed(size, 2) }
        // The digits in front of the first that counts, and four that do.
        var digits = 4
        var rest = size
        while rest < 0.1, digits < 15 {
            rest *= 10
            digits += 1
        }
        var text = Self.fixed(size, digits)
        while text.last == "0" { text.removeLast() }
        return sign + text
    }

    static func fixed(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let whole = UInt64((value * scale).rounded())
        guard digits > 0 else { return "\(whole)" }
        var fraction = "\(whole % UInt64(scale))"
        fraction = String(repeating: "0", count: digits - fraction.count) + fraction
        return "\(whole / UInt64(scale)).\(fraction)"
    }
}

/// A whole number with commas between its thousands.
public struct Grouped: Sendable, Hashable, CustomStringConvertible {
    /// The number.
    public var value: Double

    /// Wraps a number, which is shown rounded.
    public init(_ value: Double) { self.value = value }

    /// Such as `1,212`.
    public var description: String {
        guard value.isFinite, abs(value) < 1e15 else { return "-" }
        var digits = "\(Int64(abs(value).rounded()))"
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits = String(digits.dropLast(3))
        }
        return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }
}
