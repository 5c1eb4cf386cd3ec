/// All decimal texts between two bounds, neither below zero, as a grammar; exact, digit by digit.
///
/// Each place has a rule for each way in which the digits so far can still equal a bound: not at all, the lower, the upper,
/// or both. Places that equal neither are free, so that a range takes some dozens of rules.
struct DecimalRange {
    /// The lower bound.
    var lower: Decimal
    /// Whether the lower bound itself is outside.
    var excludesLower: Bool
    /// The upper bound; nil is ``JSONForms/integerDigitLimit`` digits.
    var upper: Decimal?
    /// Whether the upper bound itself is outside.
    var excludesUpper: Bool
    /// Digits after the point at most; 0 for whole numbers.
    var fractionLimit: Int

    private struct Key: Hashable {
        var place: Int
        /// Digits before the point; -1 after it.
        var wholeCount: Int
        var isLower: Bool
        var isUpper: Bool
    }

    /// The texts as an expression over new rules of `builder`.
    func expression(_ builder: inout GrammarBuilder) -> GrammarExpression {
        var rules: [Key: GrammarExpression] = [:]
        let shortest = lower.whole.count
        let longest = min(upper?.whole.count ?? .max, JSONForms.integerDigitLimit)
        guard shortest <= longest else { return .impossible }
        return .choice(
            (shortest...longest).map { count in
                let key = Key(
                    place: 0,
                    wholeCount: count,
                    isLower: count == shortest,
                    isUpper: count == upper?.whole.count
                )
                return whole(key, &builder, &rules)
            }
        )
    }

    // MARK: Before the point

    private func whole(
        _ key: Key,
        _ builder: inout GrammarBuilder,
        _ rules: inout [Key: GrammarExpression]
    ) -> GrammarExpression {
        if key.place == key.wholeCount {
            return ending(key.isLower, key.isUpper, &builder, &rules)
        }
        if let known = rules[key] { return known }
        if !key.isLower, !key.isUpper, key.place > 0 {
            let count = key.wholeCount - key.place
            return .sequence([
                .repetition(JSONForms.digit, minimum: count, maximum: count), ending(false, false, &builder, &rules),
            ])
        }
        // A number of several digits doesn't begin with 0.
        let least = key.isLower ? lower.whole[key.place] : key.place == 0 && key.wholeCount > 1 ? 1 : 0
        let most = key.isUpper ? upper?.whole[key.place] ?? 9 : 9
        let expression = step(key, least, most) { whole($0, &builder, &rules) }
        let rule = GrammarExpression.rule(builder.add("number", expression))
        rules[key] = rule
        return rule
    }

    /// A digit from `least` to `most`, then what `follow` says for how close to the bounds that is.
    private func step(
        _ key: Key,
        _ least: UInt8,
        _ most: UInt8,
        _ follow: (Key) -> GrammarExpression
    ) -> GrammarExpression {
        guard least <= most else { return .impossible }
        var parts: [GrammarExpression] = []
        func add(_ digits: ClosedRange<UInt8>, isLower: Bool, isUpper: Bool) {
            let next = Key(place: key.place + 1, wholeCount: key.wholeCount, isLower: isLower, isUpper: isUpper)
            let set = ScalarRanges([UInt32(digits.lowerBound) + 0x30...UInt32(digits.upperBound) + 0x30])
            parts.append(.sequence([.scalars(set), follow(next)]))
        }
        let isLower = key.isLower
        let isUpper = key.isUpper
        if least == most {
            add(least...most, isLower: isLower, isUpper: isUpper)
            return .choice(parts)
        }
        if isLower { add(least...least, isLower: true, isUpper: false) }
        let first = isLower ? least + 1 : least
        let last = isUpper ? most - 1 : most
        if first <= last { add(first...last, isLower: false, isUpper: false) }
        if isUpper { add(most...most, isLower: false, isUpper: true) }
        return .choice(parts)
    }

    // MARK: After the point

    /// Whether a number may end after `count` digits behind the point.
    private func mayEnd(_ isLower: Bool, _ isUpper: Bool, after count: Int) -> Bool {
        let lowerRest = lower.fraction.count > count
        let upperRest = (upper?.fraction.count ?? 0) > count
        return (!isLower || !lowerRest && !excludesLower) && (!isUpper || upperRest || !excludesUpper)
    }

    private func ending(
        _ isLower: Bool,
        _ isUpper: Bool,
        _ builder: inout GrammarBuilder,
        _ rules: inout [Key: GrammarExpression]
    ) -> GrammarExpression {
        var parts: [GrammarExpression] = mayEnd(isLower, isUpper, after: 0) ? [.empty] : []
        if fractionLimit > 0 {
            let key = Key(place: 0, wholeCount: -1, isLower: isLower, isUpper: isUpper)
            parts.append(.sequence([.text("."), fraction(key, &builder, &rules)]))
        }
        return .choice(parts)
    }

    /// Digits behind the point, of which `key.place` have come.
    private func fraction(
        _ key: Key,
        _ builder: inout GrammarBuilder,
        _ rules: inout [Key: GrammarExpression]
    ) -> GrammarExpression {
        if !key.isLower, !key.isUpper {
            return .repetition(
                JSONForms.digit,
                minimum: key.place == 0 ? 1 : 0,
                maximum: max(0, fractionLimit - key.place)
            )
        }
        if let known = rules[key] { return known }
        var parts: [GrammarExpression] = []
        if key.place > 0, mayEnd(key.isLower, key.isUpper, after: key.place) { parts.append(.empty) }
        if key.place < fractionLimit {
            let least = key.isLower ? digit(lower, key.place) : 0
            let most = key.isUpper ? digit(upper, key.place) : 9
            parts.append(step(key, least, most) { fraction($0, &builder, &rules) })
        }
        let rule = GrammarExpression.rule(builder.add("number", .choice(parts)))
        rules[key] = rule
        return rule
    }

    private func digit(_ number: Decimal?, _ place: Int) -> UInt8 {
        guard let fraction = number?.fraction, place < fraction.count else { return 0 }
        return fraction[place]
    }
}
