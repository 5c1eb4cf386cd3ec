public import MartletCore

extension VectorFilter {
    /// Whether a record's metadata and text are as the filter wants them.
    ///
    /// - Throws: ``VectorStoreError`` with `invalid` for a regular expression that is none.
    /// - Complexity: O(size of the filter), and of the lists and the text that it looks through.
    public func accepts(metadata: JSONObject, text: String?) throws -> Bool {
        switch self {
        case .all(let filters): return try filters.allSatisfy { try $0.accepts(metadata: metadata, text: text) }
        case .any(let filters): return try filters.contains { try $0.accepts(metadata: metadata, text: text) }
        case .not(let filter): return try !filter.accepts(metadata: metadata, text: text)
        case .equal(let field, let value): return Self.holds(metadata[field], value)
        case .notEqual(let field, let value): return !Self.holds(metadata[field], value)
        case .less(let field, let bound): return metadata[field]?.plainNumber.map { $0 < bound } ?? false
        case .lessOrEqual(let field, let bound): return metadata[field]?.plainNumber.map { $0 <= bound } ?? false
        case .greater(let field, let bound): return metadata[field]?.plainNumber.map { $0 > bound } ?? false
        case .greaterOrEqual(let field, let bound): return metadata[field]?.plainNumber.map { $0 >= bound } ?? false
        case .oneOf(let field, let values): return values.contains { Self.holds(metadata[field], $0) }
        case .noneOf(let field, let values): return !values.contains { Self.holds(metadata[field], $0) }
        case .exists(let field, let isWanted): return (metadata[field] != nil) == isWanted
        case .textContains(let part): return text?.contains(part) ?? false
        case .textMatches(let pattern):
            guard let expression = try? Regex(pattern) else {
                throw VectorStoreError(.invalid, "a filter's regular expression is none", remedy: "Mend the expression")
            }
            return text?.contains(expression) ?? false
        }
    }

    /// Whether a field is a value, or a list that holds it.
    private static func holds(_ field: JSONValue?, _ value: JSONValue) -> Bool {
        guard let field else { return false }
        return field == value || field.array?.contains(value) ?? false
    }
}

extension JSONValue {
    /// The number of a number; nil for a text that reads like one.
    fileprivate var plainNumber: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}
