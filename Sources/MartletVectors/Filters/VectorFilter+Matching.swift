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
        case .textContains, .textMatches:
            let accepts = try textTest()
            guard var text else { return false }
            return text.withUTF8 { accepts(UnsafeRawBufferPointer($0)) }
        default: return accepts(value: field.flatMap { metadata[$0] })
        }
    }

    /// The field that a comparison looks at; nil for what is none.
    var field: String? {
        switch self {
        case .equal(let field, _), .notEqual(let field, _), .less(let field, _), .lessOrEqual(let field, _),
            .greater(let field, _), .greaterOrEqual(let field, _), .oneOf(let field, _), .noneOf(let field, _),
            .exists(let field, _):
            field
        case .all, .any, .not, .textContains, .textMatches: nil
        }
    }

    /// Whether a comparison accepts a field's value, nil for a record without the field.
    func accepts(value: JSONValue?) -> Bool {
        switch self {
        case .equal(_, let wanted): Self.holds(value, wanted)
        case .notEqual(_, let wanted): !Self.holds(value, wanted)
        case .less(_, let bound): value?.plainNumber.map { $0 < bound } ?? false
        case .lessOrEqual(_, let bound): value?.plainNumber.map { $0 <= bound } ?? false
        case .greater(_, let bound): value?.plainNumber.map { $0 > bound } ?? false
        case .greaterOrEqual(_, let bound): value?.plainNumber.map { $0 >= bound } ?? false
        case .oneOf(_, let values): values.contains { Self.holds(value, $0) }
        case .noneOf(_, let values): !values.contains { Self.holds(value, $0) }
        case .exists(_, let isWanted): (value != nil) == isWanted
        case .all, .any, .not, .textContains, .textMatches: false
        }
    }

    /// What a filter of texts asks of a text's UTF-8.
    ///
    /// - Throws: ``VectorStoreError`` with `invalid` for a regular expression that is none.
    func textTest() throws -> (UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .textContains(let part):
            let search = ByteSearch(Array(part.utf8))
            return { search.isFound(in: $0) }
        case .textMatches(let pattern):
            let expression: Regex<AnyRegexOutput>
            do { expression = try Regex(pattern) } catch {
                throw VectorStoreError(.invalid, "a filter's regular expression is none", remedy: "Mend the expression")
            }
            return { String(decoding: $0, as: UTF8.self).contains(expression) }
        default: return { _ in false }
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
