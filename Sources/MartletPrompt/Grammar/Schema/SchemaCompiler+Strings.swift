internal import MartletCore

extension SchemaCompiler {
    /// A string with a pattern, a format, or between two lengths.
    mutating func string(_ flat: JSONObject, at place: String) throws(GrammarError) -> GrammarExpression {
        let (minimum, maximum) = try counts(flat, "Length", at: place)
        if let maximum, maximum < minimum { return .impossible }
        var pattern: GrammarExpression?
        if let given = flat["pattern"] {
            guard let text = given.string else {
                throw error(.syntax, place + "/pattern", "the pattern is no string", "Write “pattern”: \"…\"")
            }
            pattern = try PatternParser.parse(text, at: .schema(pointer: place + "/pattern"))
        } else if let name = flat["format"]?.string, let text = StringFormats.patterns[name] {
            pattern = try PatternParser.parse(text, at: .schema(pointer: place + "/format"))
        }
        guard let pattern else {
            if minimum == 0, maximum == nil { return .rule(forms.string) }
            let character = GrammarExpression.repetition(JSONForms.anyCharacter, minimum: minimum, maximum: maximum)
            return JSONForms.quoted(character)
        }
        let (shortest, longest) = Self.lengths(of: pattern)
        guard shortest >= minimum, maximum.map({ longest ?? .max <= $0 }) ?? true else {
            throw error(
                .unsupported,
                place,
                "the pattern or format allows other lengths than minLength and maxLength",
                "Say the lengths in the pattern, as in “^[a-z]{1,20}$”, and leave minLength and maxLength out"
            )
        }
        return JSONForms.quoted(JSONForms.escaped(pattern))
    }

    /// How many characters a pattern's texts have, at least and at most; nil is without end.
    private static func lengths(of pattern: GrammarExpression) -> (Int, Int?) {
        switch pattern {
        case .scalars: return (1, 1)
        case .literal(let bytes):
            let count = String(decoding: bytes, as: UTF8.self).unicodeScalars.count
            return (count, count)
        case .sequence(let parts):
            return parts.reduce((0, 0)) { sum, part in
                let (shortest, longest) = lengths(of: part)
                let both = sum.1.flatMap { sum in longest.map { sum.addingReportingOverflow($0) } }
                return (
                    sum.0.addingReportingOverflow(shortest).partialValue, both.flatMap { $0.overflow ? nil : $0.0 }
                )
            }
        case .choice(let parts):
            let all = parts.map { lengths(of: $0) }
            let longest = all.contains { $0.1 == nil } ? nil : all.compactMap(\.1).max()
            return (all.map(\.0).min() ?? 0, longest)
        case .repetition(let body, let minimum, let maximum):
            let (shortest, longest) = lengths(of: body)
            let most = maximum.flatMap { maximum in longest.map { $0.multipliedReportingOverflow(by: maximum) } }
            let least = shortest.multipliedReportingOverflow(by: minimum)
            return (least.overflow ? .max : least.0, most.flatMap { $0.overflow ? nil : $0.0 })
        case .bytes, .rule: return (0, nil)
        }
    }
}
