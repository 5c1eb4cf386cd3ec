public import MartletCore

extension VectorFilter {
    /// Whether a record's metadata and text are as the filter wants them.
    ///
    /// Regular expressions are read as by most: letters, `.`, `[a-z]`, `\d \w \s \b \p{L}`, groups, `|`, `* + ? {n,m}`, `^ $`, and
    /// `(?i)`, `(?m)`, `(?s)` at the start. The time to look for one grows with the text and the expression only.
    /// - Throws: ``VectorStoreError`` with `invalid` for a regular expression that is none, and `unsupported` for what isn't
    ///   regular in one: back references, looking around.
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
        default: return fieldTest()(field.flatMap { metadata[$0] })
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

    /// What a comparison asks of a field's value, nil for a record without the field.
    func fieldTest() -> (JSONValue?) -> Bool {
        switch self {
        case .equal(_, let wanted): return { Self.holds($0, wanted) }
        case .notEqual(_, let wanted): return { !Self.holds($0, wanted) }
        case .less(_, let bound): return { $0?.plainNumber.map { $0 < bound } ?? false }
        case .lessOrEqual(_, let bound): return { $0?.plainNumber.map { $0 <= bound } ?? false }
        case .greater(_, let bound): return { $0?.plainNumber.map { $0 > bound } ?? false }
        case .greaterOrEqual(_, let bound): return { $0?.plainNumber.map { $0 >= bound } ?? false }
        case .oneOf(_, let values):
            let values = Set(values)
            return { Self.holds($0, oneOf: values) }
        case .noneOf(_, let values):
            let values = Set(values)
            return { !Self.holds($0, oneOf: values) }
        case .exists(_, let isWanted): return { ($0 != nil) == isWanted }
        case .all, .any, .not, .textContains, .textMatches: return { _ in false }
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
            let expression = try TextPattern(pattern)
            return { expression.isFound(in: $0) }
        default: return { _ in false }
        }
    }

    /// Whether a field is a value, or a list that holds it.
    private static func holds(_ field: JSONValue?, _ value: JSONValue) -> Bool {
        guard let field else { return false }
        return field == value || field.array?.contains(value) ?? false
    }

    /// Whether a field is one of some values, or a list that holds one of them.
    private static func holds(_ field: JSONValue?, oneOf values: Set<JSONValue>) -> Bool {
        guard let field else { return false }
        return values.contains(field) || field.array?.contains(where: values.contains) ?? false
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
