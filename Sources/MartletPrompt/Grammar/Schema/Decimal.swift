internal import MartletCore

/// A decimal number digit by digit, as the bounds of a range are compared.
struct Decimal: Sendable, Hashable {
    /// Whether it is below zero.
    var isNegative: Bool
    /// Digits before the point, without leading zeros; a single 0 for numbers below one.
    var whole: [UInt8]
    /// Digits after the point, without zeros at the end.
    var fraction: [UInt8]

    static let zero = Decimal(isNegative: false, whole: [0], fraction: [])

    init(isNegative: Bool, whole: [UInt8], fraction: [UInt8]) {
        self.whole = Array(whole.drop { $0 == 0 })
        if self.whole.isEmpty { self.whole = [0] }
        self.fraction = fraction
        while self.fraction.last == 0 { self.fraction.removeLast() }
        self.isNegative = isNegative && (self.whole != [0] || !self.fraction.isEmpty)
    }

    /// The number that JSON writes; nil for what is no finite number.
    init?(_ value: JSONValue) {
        let text: String
        switch value {
        case .integer(let number): text = "\(number)"
        case .number(let number) where number.isFinite: text = "\(number)"
        default: return nil
        }
        // Digits with an optional point, and with an exponent for numbers that are far from one.
        let parts = text.lowercased().split(separator: "e")
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        var digits: [UInt8] = []
        var pointAt: Int?
        for byte in parts[0].utf8 {
            switch byte {
            case 0x30...0x39: digits.append(byte - 0x30)
            case UInt8(ascii: "."): pointAt = digits.count
            default: continue
            }
        }
        let point = (pointAt ?? digits.count) + exponent
        if point < 0 { digits = Array(repeating: 0, count: -point) + digits }
        if point > digits.count { digits += Array(repeating: 0, count: point - digits.count) }
        let wholeCount = max(0, point)
        self.init(
            isNegative: text.hasPrefix("-"),
            whole: Array(digits[..<wholeCount]),
            fraction: Array(digits[wholeCount...])
        )
    }

    /// The number without its sign.
    var magnitude: Decimal { Decimal(isNegative: false, whole: whole, fraction: fraction) }

    /// Whether it is a whole number.
    var isWhole: Bool { fraction.isEmpty }

    /// The number as 64 bits, where it is whole and fits.
    var integer: Int64? {
        guard isWhole, whole.count <= 18 else { return nil }
        let value = whole.reduce(Int64(0)) { $0 * 10 + Int64($1) }
        return isNegative ? -value : value
    }

    static func < (left: Decimal, right: Decimal) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        let (small, large) = left.isNegative ? (right, left) : (left, right)
        if small.whole.count != large.whole.count { return small.whole.count < large.whole.count }
        if small.whole != large.whole { return small.whole.lexicographicallyPrecedes(large.whole) }
        return small.fraction.lexicographicallyPrecedes(large.fraction)
    }
}
