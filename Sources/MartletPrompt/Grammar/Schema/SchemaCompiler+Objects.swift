internal import MartletCore

extension SchemaCompiler {
    /// A named member: whether it must be there, and its whole text.
    private struct Member {
        var isRequired: Bool
        var pair: GrammarExpression
    }

    /// An object: members in the schema's order, then whatever else it allows.
    mutating func object(_ flat: JSONObject, at place: String) throws(GrammarError) -> GrammarExpression {
        let properties = try members(flat, "properties", at: place)
        let required = try self.required(flat, at: place)
        let isOpen = flat["properties"] == nil && flat["patternProperties"] == nil
        let rest = flat["additionalProperties"] ?? .bool(isOpen)
        let patterns = try members(flat, "patternProperties", at: place)

        var named: [Member] = []
        var names = properties.names
        names += required.filter { properties[$0] == nil }
        for name in names {
            let value: GrammarExpression
            if let schema = properties[name] {
                value = try rule(for: schema, at: "\(place)/properties/\(Self.pointer(name))")
            } else {
                // Of a member that is only required, the other keywords speak.
                value = try rule(for: rest, at: place + "/additionalProperties")
            }
            let isRequired = required.contains(name)
            if value.isImpossible {
                if isRequired { return .impossible }
                continue
            }
            let pair = GrammarExpression.sequence([
                .text("\"\(JSONText.escaped(name))\""), JSONForms.colon, value,
            ])
            named.append(Member(isRequired: isRequired, pair: .rule(builder.add("#\(place)/properties/\(name)", pair))))
        }
        var extra = GrammarExpression.impossible
        if !patterns.isEmpty {
            extra = try patterned(patterns, names, flat, at: place)
        } else if rest != .bool(false) {
            let value = try rule(for: rest, at: place + "/additionalProperties")
            extra = .sequence([try key(flat, names, at: place), JSONForms.colon, value])
        }
        let (minimum, maximum) = try counts(flat, "Properties", at: place)
        let extraCounts = try extraCounts(named, minimum, maximum, hasExtra: !extra.isImpossible, at: place)
        guard let extraCounts else { return .impossible }
        return chain(named, extra: extra, extraCounts, at: place)
    }

    /// The whole object: for each member a rule for what comes when it is the first, and one for when others came.
    private mutating func chain(
        _ named: [Member],
        extra: GrammarExpression,
        _ counts: (minimum: Int, maximum: Int?),
        at place: String
    ) -> GrammarExpression {
        let space = GrammarExpression.rule(forms.space)
        let comma = GrammarExpression.sequence([.text(","), space])
        var first = GrammarExpression.empty
        var later = space
        if !extra.isImpossible, counts.maximum != 0 {
            let extra = GrammarExpression.rule(builder.add("#\(place)/additionalProperties", extra))
            let more = GrammarExpression.sequence([comma, extra])
            let following = GrammarExpression.repetition(
                more,
                minimum: max(0, counts.minimum - 1),
                maximum: counts.maximum.map { max(0, $0 - 1) }
            )
            let some = GrammarExpression.sequence([extra, following, space])
            first = counts.minimum == 0 ? .choice([.empty, some]) : some
            later = .sequence([.repetition(more, minimum: counts.minimum, maximum: counts.maximum), space])
        }
        for (index, member) in named.enumerated().reversed() {
            let afterwards = GrammarExpression.rule(builder.add("#\(place) after \(index)", later))
            let begun = GrammarExpression.sequence([member.pair, afterwards])
            let continued = GrammarExpression.sequence([comma, member.pair, afterwards])
            if member.isRequired {
                (first, later) = (begun, continued)
            } else {
                let skipped = GrammarExpression.rule(builder.add("#\(place) from \(index + 1)", first))
                (first, later) = (.choice([begun, skipped]), .choice([continued, afterwards]))
            }
        }
        let body = GrammarExpression.rule(builder.add("#\(place) members", first))
        return .rule(
            builder.add("#\(place) object", isNesting: true, .sequence([.text("{"), space, body, .text("}")]))
        )
    }

    /// How many further members there may be beside the named ones; nil when none of it can be.
    private func extraCounts(
        _ named: [Member],
        _ minimum: Int,
        _ maximum: Int?,
        hasExtra: Bool,
        at place: String
    ) throws(GrammarError) -> (minimum: Int, maximum: Int?)? {
        let requiredCount = named.count { $0.isRequired }
        let hasOptional = requiredCount < named.count
        if let maximum, maximum < requiredCount { return nil }
        if minimum > requiredCount, !hasExtra, minimum > named.count { return nil }
        let isCounted = minimum > requiredCount || (maximum.map { $0 < named.count } ?? false)
        guard !isCounted || !hasOptional else {
            throw error(
                .unsupported,
                place,
                "minProperties or maxProperties counts optional properties",
                "Say which ones are required instead"
            )
        }
        // Names may come twice, so that a count of different ones can't be promised.
        guard minimum <= max(1, requiredCount) else {
            throw error(
                .unsupported,
                place + "/minProperties",
                "more members are demanded than are named in “required”",
                "Name them in “required”, or use an array of pairs"
            )
        }
        return (max(0, minimum - requiredCount), maximum.map { $0 - named.count })
    }

    // MARK: Names

    /// A name that isn't one of the named members'.
    private mutating func key(
        _ flat: JSONObject,
        _ names: [String],
        at place: String
    ) throws(GrammarError) -> GrammarExpression {
        if let schema = flat["propertyNames"], schema != .bool(true) {
            guard names.isEmpty else {
                throw error(
                    .unsupported,
                    place + "/propertyNames",
                    "“propertyNames” stands beside named properties",
                    "Leave it out, or leave “properties” out"
                )
            }
            var onlyStrings = schema.object ?? [:]
            if onlyStrings["type"] == nil { onlyStrings["type"] = "string" }
            return try rule(
                for: schema == .bool(false) ? schema : .object(onlyStrings),
                at: place + "/propertyNames"
            )
        }
        if names.isEmpty { return .rule(forms.string) }
        return .sequence([.text("\""), otherName(names.map { Array($0.unicodeScalars)[...] }, at: place)])
    }

    /// The rest of a name, with its closing quote, that is none of `names`.
    private mutating func otherName(_ names: [ArraySlice<Unicode.Scalar>], at place: String) -> GrammarExpression {
        // Each distinct beginning has its rule, built from the longest on, so that long names need no deep recursion.
        var groups: [[Unicode.Scalar]: (isName: Bool, next: [Unicode.Scalar])] = [[]: (false, [])]
        for name in names {
            var prefix: [Unicode.Scalar] = []
            for scalar in name {
                if groups[prefix]?.next.contains(scalar) == false { groups[prefix]?.next.append(scalar) }
                prefix.append(scalar)
                if groups[prefix] == nil { groups[prefix] = (false, []) }
            }
            groups[prefix]?.isName = true
        }
        var rules: [[Unicode.Scalar]: Int] = [:]
        let rest = GrammarExpression.sequence([.star(.rule(forms.character)), .text("\"")])
        for (prefix, group) in groups.sorted(by: { $0.key.count > $1.key.count }) {
            var parts: [GrammarExpression] = group.isName ? [] : [.text("\"")]
            for scalar in group.next {
                guard let rule = rules[prefix + [scalar]] else { continue }
                let set = ScalarRanges([scalar.value...scalar.value])
                parts.append(.sequence([JSONForms.character(of: set), .rule(rule)]))
            }
            let others = ScalarRanges(group.next.map { $0.value...$0.value }).inverted
            parts.append(.sequence([JSONForms.character(of: others), rest]))
            rules[prefix] = builder.add("#\(place) other names", .choice(parts))
        }
        return .rule(rules[[]] ?? forms.string)
    }

    /// Members whose names have a pattern.
    private mutating func patterned(
        _ patterns: JSONObject,
        _ names: [String],
        _ flat: JSONObject,
        at place: String
    ) throws(GrammarError) -> GrammarExpression {
        let keyPlace = place + "/patternProperties"
        guard patterns.count == 1, flat["propertyNames"] == nil else {
            throw error(
                .unsupported,
                keyPlace,
                "several patterns may fit the same name",
                "Use one pattern, without “propertyNames”"
            )
        }
        let only = patterns[0]
        let pattern = try PatternParser.parse(only.name, at: .schema(pointer: keyPlace))
        let grammar = try Grammar(GrammarSource(root: pattern))
        if names.contains(where: { grammar.accepts($0.utf8) }) {
            throw error(
                .unsupported,
                keyPlace,
                "a property's name fits the pattern too",
                "Choose a pattern that the names in “properties” don't fit"
            )
        }
        let value = try rule(for: only.value, at: "\(keyPlace)/\(Self.pointer(only.name))")
        return .sequence([JSONForms.quoted(JSONForms.escaped(pattern)), JSONForms.colon, value])
    }

    // MARK: Keywords

    private func members(_ flat: JSONObject, _ keyword: String, at place: String) throws(GrammarError) -> JSONObject {
        guard let value = flat[keyword] else { return [:] }
        guard let members = value.object else {
            throw error(.syntax, "\(place)/\(keyword)", "the properties are no object", "Write “\(keyword)”: {…}")
        }
        return members
    }

    private func required(_ flat: JSONObject, at place: String) throws(GrammarError) -> [String] {
        guard let value = flat["required"] else { return [] }
        // Up to draft 3 this was a flag of the member itself; some generators still write it.
        if case .bool = value { return [] }
        guard let names = value.array?.compactMap(\.string), names.count == value.array?.count else {
            throw error(.syntax, place + "/required", "the names are no array of strings", "Write “required”: [\"…\"]")
        }
        return names
    }

    /// The numbers of `min…` and `max…`.
    func counts(
        _ flat: JSONObject,
        _ suffix: String,
        at place: String
    ) throws(GrammarError) -> (minimum: Int, maximum: Int?) {
        var numbers: [Int?] = []
        for keyword in ["min" + suffix, "max" + suffix] {
            guard let value = flat[keyword] else {
                numbers.append(nil)
                continue
            }
            guard case .integer = value, let number = value.integer, number >= 0 else {
                throw error(.syntax, "\(place)/\(keyword)", "this is no count", "Give a whole number from 0 on")
            }
            guard number <= 1_000_000 else {
                throw error(
                    .limit,
                    "\(place)/\(keyword)",
                    "\(number) is above 1000000",
                    "Give a smaller number, or none"
                )
            }
            numbers.append(Int(number))
        }
        return (numbers[0] ?? 0, numbers[1])
    }

    /// A name as a part of a JSON pointer.
    static func pointer(_ name: String) -> String {
        String(name.flatMap { $0 == "~" ? Array("~0") : $0 == "/" ? Array("~1") : [$0] })
    }
}
