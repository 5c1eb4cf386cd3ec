internal import MartletCore

extension SchemaCompiler {
    private static let alternativeLimit = 256

    /// A schema as alternatives without `$ref`, `allOf`, `anyOf` and `oneOf`; none when nothing can fit it.
    mutating func flatten(_ schema: JSONValue, at place: String, depth: Int) throws(GrammarError) -> [JSONObject] {
        try step(at: place)
        guard depth < 64 else {
            throw error(.limit, place, "references and allOf go on without end", "Break the cycle of “$ref”")
        }
        guard case .object(let members) = schema else {
            switch schema {
            case .bool(true): return [[:]]
            case .bool(false): return []
            default: throw error(.syntax, place, "a schema is an object, true or false", "Put a schema here")
            }
        }
        var alternatives = [try normalized(members, at: place)]
        if let pointer = members["$ref"]?.string {
            let target = try resolve(pointer, at: place)
            alternatives = try merge(alternatives, flatten(target, at: place, depth: depth + 1), at: place)
        }
        if let all = members["allOf"] {
            for part in try schemas(all, "allOf", at: place) {
                alternatives = try merge(alternatives, flatten(part, at: place, depth: depth + 1), at: place)
            }
        }
        for keyword in ["anyOf", "oneOf"] {
            guard let any = members[keyword] else { continue }
            var choices: [JSONObject] = []
            for part in try schemas(any, keyword, at: place) {
                choices += try flatten(part, at: place, depth: depth + 1)
            }
            alternatives = try merge(alternatives, choices, at: place)
        }
        if members["nullable"] == .bool(true) { alternatives.append(["type": "null"]) }
        return alternatives
    }

    /// A schema's own keywords in the form of the latest draft.
    private func normalized(_ members: JSONObject, at place: String) throws(GrammarError) -> JSONObject {
        var flat = JSONObject()
        for (name, value) in members where SchemaKeywords.assertions.contains(name) { flat[name] = value }
        for (name, value) in members where SchemaKeywords.unsupported.contains(name) {
            if name == "uniqueItems", value == .bool(false) { continue }
            if ["then", "else"].contains(name), members["if"] == nil { continue }
            throw error(
                .unsupported,
                "\(place)/\(name)",
                "“\(name)” can't be enforced while an answer is written",
                "Leave it out and check the answer afterwards, or say it with other keywords"
            )
        }
        if let value = members["const"] {
            let isListed = members["enum"]?.array?.contains(value) ?? true
            flat["enum"] = .array(isListed ? [value] : [])
            flat["const"] = nil
        }
        for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
            // Up to draft 4 these were flags beside the bound.
            if case .bool(let isExclusive) = flat[exclusive] {
                flat[exclusive] = isExclusive ? flat[bound] : nil
                if isExclusive { flat[bound] = nil }
            }
        }
        if let items = flat["items"], case .array = items {
            flat["prefixItems"] = items
            flat["items"] = flat["additionalItems"]
        }
        flat["additionalItems"] = nil
        if let rest = flat["unevaluatedProperties"] {
            if flat["additionalProperties"] == nil { flat["additionalProperties"] = rest }
            flat["unevaluatedProperties"] = nil
        }
        return flat
    }

    /// Every alternative of one side together with every one of the other.
    private mutating func merge(
        _ left: [JSONObject],
        _ right: [JSONObject],
        at place: String
    ) throws(GrammarError) -> [JSONObject] {
        guard left.count * right.count <= Self.alternativeLimit else {
            throw error(
                .limit,
                place,
                "anyOf and allOf come to more than \(Self.alternativeLimit) combinations",
                "Write the combinations out that are meant"
            )
        }
        var merged: [JSONObject] = []
        for first in left {
            for second in right {
                try step(at: place)
                if let both = try merge(first, second, at: place) { merged.append(both) }
            }
        }
        return merged
    }

    /// What fits both of two flat schemas; nil where nothing does.
    private func merge(
        _ left: JSONObject,
        _ right: JSONObject,
        at place: String
    ) throws(GrammarError) -> JSONObject? {
        if left.isEmpty { return right }
        if right.isEmpty { return left }
        var merged = left
        for (name, value) in right {
            guard let other = left[name] else {
                merged[name] = value
                continue
            }
            guard other != value else { continue }
            switch name {
            case "type":
                let types = Self.commonTypes(other, value)
                if types.isEmpty { return nil }
                merged[name] = .array(types.map { .string($0) })
            case "enum":
                let allowed = value.array ?? []
                merged[name] = .array((other.array ?? []).filter { allowed.contains($0) })
            case "required":
                merged[name] = .array(
                    (other.array ?? []) + (value.array ?? []).filter { other.array?.contains($0) != true }
                )
            case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties":
                if let first = other.number, let second = value.number { merged[name] = first < second ? value : other }
            case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties":
                if let first = other.number, let second = value.number { merged[name] = first < second ? other : value }
            case "items", "propertyNames": merged[name] = ["allOf": [other, value]]
            case "properties", "additionalProperties", "patternProperties": break
            default:
                throw error(
                    .unsupported,
                    "\(place)/\(name)",
                    "two different “\(name)” hold at once",
                    "Put what both of them mean into one"
                )
            }
        }
        try mergeMembers(left, right, into: &merged, at: place)
        return merged
    }

    private static func commonTypes(_ left: JSONValue, _ right: JSONValue) -> [String] {
        func names(_ value: JSONValue) -> [String] {
            value.array?.compactMap(\.string) ?? [value.string].compactMap { $0 }
        }
        let first = names(left)
        let second = names(right)
        var common = first.filter { second.contains($0) }
        // Integers are numbers.
        for (one, other) in [(first, second), (second, first)]
        where one.contains("integer") && other.contains("number") && !common.contains("integer") {
            common.append("integer")
        }
        return common
    }

    /// Joins what two schemas say about members: what one names, the other's `additionalProperties` speaks about too.
    private func mergeMembers(
        _ left: JSONObject,
        _ right: JSONObject,
        into merged: inout JSONObject,
        at place: String
    ) throws(GrammarError) {
        let sides = [left, right]
        guard sides.contains(where: { $0["properties"] != nil || $0["additionalProperties"] != nil }) else { return }
        if sides.allSatisfy({ $0["patternProperties"] != nil })
            || sides.contains(where: { $0["patternProperties"] != nil })
                && sides.allSatisfy({ $0["properties"] != nil || $0["additionalProperties"] != nil })
        {
            throw error(
                .unsupported,
                place + "/patternProperties",
                "“patternProperties” and other properties are joined by allOf or $ref",
                "Write them into one schema"
            )
        }
        let properties = sides.map { $0["properties"]?.object ?? [:] }
        var joined = JSONObject()
        for name in properties[0].names + properties[1].names where joined[name] == nil {
            var parts: [JSONValue] = []
            for side in 0..<2 {
                if let part = properties[side][name] ?? sides[side]["additionalProperties"], !parts.contains(part) {
                    parts.append(part)
                }
            }
            joined[name] = parts.count == 1 ? parts[0] : ["allOf": .array(parts)]
        }
        if sides.contains(where: { $0["properties"] != nil }) { merged["properties"] = .object(joined) }
        let rest = sides.compactMap { $0["additionalProperties"] }
        merged["additionalProperties"] =
            rest.contains(.bool(false))
            ? .bool(false) : rest.count == 2 && rest[0] != rest[1] ? ["allOf": .array(rest)] : rest.first
    }
}
