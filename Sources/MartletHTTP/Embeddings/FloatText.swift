/// Decimal text of floats, from which the same floats are read again.
///
/// Nine digits name every float (Steele and White 1990). Seven or eight are written where they do, with room to spare for
/// readers that go through a double.
enum FloatText {
    /// The longest text: `-0.0000123456789` and `-1.23456789e-38` are as long.
    static let maximumByteCount = 16

    /// Powers of ten, from the smallest that is needed to bring a float to nine digits to the greatest.
    private static let powers: [Double] = (-31...53).map { exponent in
        exponent < 0 ? 1 / whole(-exponent) : whole(exponent)
    }

    /// A power of ten, right to the last bit but one.
    private static func whole(_ exponent: Int) -> Double {
        (0..<exponent).reduce(into: 1.0) { power, _ in power *= 10 }
    }

    private static func power(_ exponent: Int) -> Double { powers[exponent + 31] }

    /// Writes the text of a finite float and returns its length, at most ``maximumByteCount``.
    static func write(_ value: Float, to text: UnsafeMutablePointer<UInt8>) -> Int {
        precondition(value.isFinite, "JSON has no such number")
        var count = 0
        func put(_ byte: UInt8) {
            text[count] = byte
            count += 1
        }
        func put(_ literal: StaticString) {
            for index in 0..<literal.utf8CodeUnitCount { put(literal.utf8Start[index]) }
        }
        if value.sign == .minus { put(UInt8(ascii: "-")) }
        guard value != 0 else {
            put("0.0")
            return count
        }
        var (digits, exponent) = decimal(value)
        var digitCount = 9
        while digits % 10 == 0 {
            digits /= 10
            digitCount -= 1
        }
        var places: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &places) { places in
            for index in (0..<digitCount).reversed() {
                places[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digits % 10)
                digits /= 10
            }
            switch exponent {
            case -5..<0:
                put("0.")
                for _ in 0..<(-exponent - 1) { put(UInt8(ascii: "0")) }
                for index in 0..<digitCount { put(places[index]) }
            case 0...8:
                for index in 0...exponent { put(index < digitCount ? places[index] : UInt8(ascii: "0")) }
                put(UInt8(ascii: "."))
                if digitCount <= exponent + 1 { put(UInt8(ascii: "0")) }
                for index in (exponent + 1)..<max(digitCount, exponent + 1) { put(places[index]) }
            default:
                put(places[0])
                if digitCount > 1 { put(UInt8(ascii: ".")) }
                for index in 1..<max(digitCount, 1) { put(places[index]) }
                put(exponent < 0 ? "e-" : "e")
                let size = abs(exponent)
                if size >= 10 { put(UInt8(ascii: "0") + UInt8(size / 10)) }
                put(UInt8(ascii: "0") + UInt8(size % 10))
            }
        }
        return count
    }

    /// Nine digits, the first of which isn't zero, and the power of ten that the first one counts.
    private static func decimal(_ value: Float) -> (digits: UInt32, exponent: Int) {
        let magnitude = Double(value.magnitude)
        // The logarithm's whole part, or one less: log10(2) is rounded down, and the significand is left out.
        var exponent = Int((Double(value.exponent) * 0.301_029_995).rounded(.down))
        if magnitude * power(8 - exponent) >= 1e9 { exponent += 1 }
        let scale = power(8 - exponent)
        let scaled = magnitude * scale
        // Less than half the way to the next float, also below a power of two, where the next is half as far.
        let tolerance = Double(value.ulp) * scale * 0.24
        var digits = scaled.rounded()
        for step in [100.0, 10.0] {
            let shorter = (scaled / step).rounded() * step
            guard (shorter - scaled).magnitude < tolerance else { continue }
            digits = shorter
            break
        }
        return digits < 1e9 ? (UInt32(digits), exponent) : (100_000_000, exponent + 1)
    }
}
