/// How much of something is used, drawn with ten signs.
enum UsageBar {
    /// `▓▓▓░░░░░░░`; anything used shows at least one full sign, and only what is used up shows ten.
    static func drawn(_ used: Int64, of most: Int64) -> String {
        let full = 10
        var count =
            most <= 0 ? full : Int((Double(used) / Double(most) * Double(full)).rounded(.down).clamped(to: 0...10))
        if used > 0, count == 0 { count = 1 }
        if used < most, count == full { count = full - 1 }
        return String(repeating: "▓", count: count) + String(repeating: "░", count: full - count)
    }

    /// A whole number in groups of three: `12 345`.
    static func number(_ value: Int64) -> String {
        let digits = Array("\(value)")
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "\u{202F}" }
            text.append(digit)
        }
        return text
    }

    /// Dollars with at least two decimals, and as many as show the first two digits of a small price: `$1.20`, `$0.0034`.
    static func money(_ nanodollars: Int64) -> String {
        let whole = nanodollars / 1_000_000_000
        let padded = "\(nanodollars % 1_000_000_000)"
        var decimals = String(repeating: "0", count: 9 - padded.count) + padded
        let leading = decimals.prefix { $0 == "0" }.count
        decimals = String(decimals.prefix(whole > 0 ? 2 : min(9, max(2, leading == 9 ? 2 : leading + 2))))
        while decimals.count > 2, decimals.hasSuffix("0") { decimals.removeLast() }
        return "$" + number(whole) + "." + decimals
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
