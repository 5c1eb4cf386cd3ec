internal import MartletCore

extension SchemaCompiler {
    private struct Bound {
        var value: Decimal
        var isExclusive: Bool
    }

    /// A number between bounds; without any, one of as many digits as fit 64 bits.
    mutating func number(
        _ flat: JSONObject,
        isInteger: Bool,
        at place: String
    ) throws(GrammarError) -> GrammarExpression {
        var lower = try bound(flat, "minimum", "exclusiveMinimum", at: place) { $1.value < $0.value }
        var upper = try bound(flat, "maximum", "exclusiveMaximum", at: place) { $0.value < $1.value }
        var isInteger = isInteger
        var fractionLimit = JSONForms.fractionDigitLimit
        if let value = flat["multipleOf"] {
            guard let step = Decimal(value), !step.isNegative, step != .zero else {
                throw error(.syntax, place + "/multipleOf", "this is no number above 0", "Give a number above 0")
            }
            if let factor = step.integer {
                if factor != 1 { return try multiples(of: factor, lower, upper, at: place) }
                isInteger = true
            } else if step.whole == [0], step.fraction.last == 1, step.fraction.dropLast().allSatisfy({ $0 == 0 }) {
                // A hundredth is two digits after the point.
                fractionLimit = step.fraction.count
            } else {
                throw error(
                    .unsupported,
                    place + "/multipleOf",
                    "multiples of this number have no grammar",
                    "Use a whole number, or 0.1, 0.01, 0.001, …"
                )
            }
        }
        if isInteger { (lower, upper) = (whole(lower, isLower: true), whole(upper, isLower: false)) }
        if let lower, let upper, upper.value < lower.value { return .impossible }
        if lower == nil, upper == nil {
            if isInteger {
                let signed = GrammarExpression.sequence([
                    .optional(.text("-")), .scalars(ScalarRanges([0x31...0x39])),
                    .repetition(JSONForms.digit, minimum: 0, maximum: JSONForms.integerDigitLimit - 1),
                ])
                return .choice([.text("0"), signed])
            }
            if flat["multipleOf"] == nil { return .rule(forms.number) }
        }
        if isInteger {
            fractionLimit = 0
        } else if flat["multipleOf"] == nil {
            fractionLimit = Self.fractionLimit([lower, upper].compactMap { $0 })
        }
        return range(lower, upper, fractionLimit: fractionLimit)
    }

    /// As many digits after the point as keep a number apart from the bounds when it is read as 64-bit floating point,
    /// which has fifteen decimal digits; but at least those of the bounds and one more.
    private static func fractionLimit(_ bounds: [Bound]) -> Int {
        let wholeCount = bounds.map(\.value.whole.count).max() ?? 1
        let fractionCount = bounds.map(\.value.fraction.count).max() ?? 0
        return max(JSONForms.fractionDigitLimit - wholeCount, fractionCount + 1)
    }

    /// Numbers between bounds, those below zero with their sign.
    private mutating func range(_ lower: Bound?, _ upper: Bound?, fractionLimit: Int) -> GrammarExpression {
        var parts: [GrammarExpression] = []
        if !(upper?.value.isNegative ?? false) {
            let isAbove = lower.map { !$0.value.isNegative } ?? false
            let range = DecimalRange(
                lower: isAbove ? lower?.value ?? .zero : .zero,
                excludesLower: isAbove && lower?.isExclusive ?? false,
                upper: upper?.value,
                excludesUpper: upper?.isExclusive ?? false,
                fractionLimit: fractionLimit
            )
            parts.append(range.expression(&builder))
        }
        if lower?.value.isNegative ?? true {
            // Zero has no sign.
            let isBelow = upper?.value.isNegative ?? false
            let range = DecimalRange(
                lower: isBelow ? upper?.value.magnitude ?? .zero : .zero,
                excludesLower: isBelow ? upper?.isExclusive ?? false : true,
                upper: lower?.value.magnitude,
                excludesUpper: lower?.isExclusive ?? false,
                fractionLimit: fractionLimit
            )
            parts.append(.sequence([.text("-"), range.expression(&builder)]))
        }
        return .choice(parts)
    }

    /// The tighter of a bound and its exclusive form.
    private func bound(
        _ flat: JSONObject,
        _ inclusive: String,
        _ exclusive: String,
        at place: String,
        isTighter: (Bound, Bound) -> Bool
    ) throws(GrammarError) -> Bound? {
        var found: Bound?
        for (keyword, isExclusive) in [(inclusive, false), (exclusive, true)] {
            guard let value = flat[keyword] else { continue }
            guard let number = Decimal(value) else {
                throw error(.syntax, "\(place)/\(keyword)", "this is no number", "Give a number")
            }
            guard number.fraction.count <= 30 else {
                throw error(
                    .unsupported,
                    "\(place)/\(keyword)",
                    "this number is too close to 0",
                    "Give 0 or a larger number"
                )
            }
            let bound = Bound(value: number, isExclusive: isExclusive)
            if let before = found {
                if isTighter(bound, before) || bound.value == before.value { found = bound }
            } else {
                found = bound
            }
        }
        return found
    }

    /// The whole number next to a bound on its inner side.
    private func whole(_ bound: Bound?, isLower: Bool) -> Bound? {
        guard let bound else { return nil }
        var value = bound.value
        let staysInside = isLower == value.isNegative
        let isWhole = value.isWhole
        value.fraction = []
        // Cutting the fraction off leads towards zero, which is inside for a lower bound below it and outside for one above.
        if isWhole ? bound.isExclusive : !staysInside {
            value = isLower ? value.incremented : value.decremented
        }
        return Bound(value: Decimal(isNegative: value.isNegative, whole: value.whole, fraction: []), isExclusive: false)
    }

    // MARK: Multiples

    private static let listLimit = 1000
    private static let factorLimit = 100

    private mutating func multiples(
        of factor: Int64,
        _ lower: Bound?,
        _ upper: Bound?,
        at place: String
    ) throws(GrammarError) -> GrammarExpression {
        let lower = whole(lower, isLower: true)?.value
        let upper = whole(upper, isLower: false)?.value
        if let first = lower?.integer, let last = upper?.integer {
            guard first <= last else { return .impossible }
            let start = first / factor + (first > 0 && first % factor != 0 ? 1 : 0)
            let end = last / factor - (last < 0 && last % factor != 0 ? 1 : 0)
            if end - start < Self.listLimit {
                return start <= end ? .choice((start...end).map { .text("\($0 * factor)") }) : .impossible
            }
        }
        guard factor <= Self.factorLimit, lower == nil || lower == .zero, upper == nil else {
            throw error(
                .unsupported,
                place + "/multipleOf",
                "multiples of \(factor) between these bounds have no small grammar",
                "Give bounds with up to \(Self.listLimit) multiples between them, or a factor up to \(Self.factorLimit)"
            )
        }
        // A rule for each remainder and number of digits that may still come.
        var rules: [[Int]: Int] = [:]
        let first = remainders(0, JSONForms.integerDigitLimit, Int(factor), isFirst: true, &rules)
        let signed = GrammarExpression.sequence([lower == nil ? .optional(.text("-")) : .empty, first])
        return .choice([.text("0"), signed])
    }

    private mutating func remainders(
        _ remainder: Int,
        _ left: Int,
        _ factor: Int,
        isFirst: Bool,
        _ rules: inout [[Int]: Int]
    ) -> GrammarExpression {
        let key = [remainder, left, isFirst ? 1 : 0]
        if let known = rules[key] { return .rule(known) }
        let rule = builder.declare("multiple")
        rules[key] = rule
        var parts: [GrammarExpression] = remainder == 0 && !isFirst ? [.empty] : []
        if left > 0 {
            for digit in (isFirst ? 1 : 0)...9 {
                let next = remainders((remainder * 10 + digit) % factor, left - 1, factor, isFirst: false, &rules)
                parts.append(.sequence([.text("\(digit)"), next]))
            }
        }
        builder.define(rule, .choice(parts))
        return .rule(rule)
    }
}

extension Decimal {
    /// The whole number above this one.
    fileprivate var incremented: Decimal { isNegative ? addingToMagnitude(-1) : addingToMagnitude(1) }
    /// The whole number below this one.
    fileprivate var decremented: Decimal {
        if self == .zero { return Decimal(isNegative: true, whole: [1], fraction: []) }
        return isNegative ? addingToMagnitude(1) : addingToMagnitude(-1)
    }

    private func addingToMagnitude(_ step: Int) -> Decimal {
        var digits = whole.map { Int($0) }
        var index = digits.count - 1
        digits[index] += step
        while digits[index] < 0 || digits[index] > 9 {
            let carry = digits[index] < 0 ? -1 : 1
            digits[index] -= carry * 10
            if index == 0 { digits.insert(0, at: 0) } else { index -= 1 }
            digits[index] += carry
        }
        return Decimal(isNegative: isNegative, whole: digits.map { UInt8(clamping: $0) }, fraction: [])
    }
}
