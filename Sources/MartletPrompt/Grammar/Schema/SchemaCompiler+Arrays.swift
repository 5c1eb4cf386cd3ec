internal import MartletCore

extension SchemaCompiler {
    /// An array: the elements of `prefixItems`, then any number of `items`.
    mutating func array(_ flat: JSONObject, at place: String) throws(GrammarError) -> GrammarExpression {
        let (minimum, maximum) = try counts(flat, "Items", at: place)
        if let maximum, maximum < minimum { return .impossible }
        var prefix: [GrammarExpression] = []
        if let listed = flat["prefixItems"] {
            guard let schemas = listed.array else {
                throw error(.syntax, place + "/prefixItems", "the schemas are no array", "Write “prefixItems”: […]")
            }
            for (index, schema) in schemas.enumerated() {
                prefix.append(try rule(for: schema, at: "\(place)/prefixItems/\(index)"))
            }
        }
        let space = GrammarExpression.rule(forms.space)
        let comma = GrammarExpression.sequence([.text(","), space])
        // From the end on: what comes after the first `count` elements.
        let item = try rule(for: flat["items"] ?? .bool(true), at: place + "/items")
        let more = GrammarExpression.sequence([comma, item])
        let count = prefix.count
        let left = maximum.map { max(0, $0 - count) }
        var tail = GrammarExpression.repetition(more, minimum: max(0, minimum - count), maximum: left)
        if item.isImpossible { tail = minimum > count ? .impossible : .empty }
        var elements: GrammarExpression
        if prefix.isEmpty {
            let rest = GrammarExpression.repetition(
                more,
                minimum: max(0, minimum - 1),
                maximum: maximum.map { max(0, $0 - 1) }
            )
            elements = item.isImpossible || maximum == 0 ? .impossible : .sequence([item, rest])
        } else {
            for index in prefix.indices.dropFirst().reversed() {
                if let maximum, index >= maximum {
                    tail = .empty
                    continue
                }
                let next = GrammarExpression.sequence([comma, prefix[index], tail])
                let body = index >= minimum ? GrammarExpression.choice([.empty, next]) : next
                tail = .rule(builder.add("#\(place) from \(index)", body))
            }
            elements = maximum == 0 ? .impossible : .sequence([prefix[0], tail])
        }
        elements = .sequence([elements, space, .text("]")])
        let body = minimum == 0 ? GrammarExpression.choice([.text("]"), elements]) : elements
        return .rule(builder.add("#\(place) array", isNesting: true, .sequence([.text("["), space, body])))
    }
}
