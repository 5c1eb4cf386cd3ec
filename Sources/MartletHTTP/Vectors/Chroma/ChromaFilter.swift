import MartletCore

/// Chroma's filters: `where` over metadata, `where_document` over texts.
enum ChromaFilter {
    /// Reads `where`: a field with its value or with one operator, or `$and` and `$or` with a list.
    static func metadata(
        _ value: JSONValue,
        _ place: String,
        _ reading: inout FilterReading
    ) throws(RequestFault) -> VectorFilter {
        let (name, operand) = try single(value, place)
        let inner = "\(place).\(name.prefix(64))"
        switch name {
        case "$and": return .all(try reading.list(operand, inner, list(metadata)))
        case "$or": return .any(try reading.list(operand, inner, list(metadata)))
        case "#document": return try document(operand, inner, &reading)
        case _ where name.hasPrefix("$"): throw unknown(inner)
        default: break
        }
        guard case .object = operand else {
            try reading.countCondition()
            return .equal(name, try reading.scalar(operand, inner))
        }
        let (symbol, compared) = try single(operand, inner)
        let innermost = "\(inner).\(symbol.prefix(64))"
        if let filter = try reading.comparison(name, symbol, compared, innermost) { return filter }
        switch symbol {
        case "$contains": return .equal(name, try reading.scalar(compared, innermost))
        case "$not_contains": return .notEqual(name, try reading.scalar(compared, innermost))
        default: throw unknown(innermost)
        }
    }

    /// Reads `where_document`: `$contains`, `$regex`, their opposites, or `$and` and `$or` with a list.
    static func document(
        _ value: JSONValue,
        _ place: String,
        _ reading: inout FilterReading
    ) throws(RequestFault) -> VectorFilter {
        let (name, operand) = try single(value, place)
        let inner = "\(place).\(name.prefix(64))"
        try reading.countCondition()
        switch name {
        case "$and": return .all(try reading.list(operand, inner, list(document)))
        case "$or": return .any(try reading.list(operand, inner, list(document)))
        case "$contains": return .textContains(try ValueKind<String>.text().read(operand, inner))
        case "$not_contains": return .not(.textContains(try ValueKind<String>.text().read(operand, inner)))
        case "$regex": return .textMatches(try ValueKind<String>.text().read(operand, inner))
        case "$not_regex": return .not(.textMatches(try ValueKind<String>.text().read(operand, inner)))
        default: throw unknown(inner)
        }
    }

    private typealias Reader = (JSONValue, String, inout FilterReading) throws(RequestFault) -> VectorFilter

    /// A reader with the arguments in the order of ``FilterReading/list(_:_:_:)``.
    private static func list(
        _ read: @escaping Reader
    ) -> (inout FilterReading, JSONValue, String) throws(RequestFault) -> VectorFilter {
        { reading, value, place throws(RequestFault) in try read(value, place, &reading) }
    }

    /// The one member of an object.
    private static func single(_ value: JSONValue, _ place: String) throws(RequestFault) -> (String, JSONValue) {
        let members = try ValueKind<JSONObject>.object.read(value, place)
        guard let member = members.first, members.count == 1 else {
            let message = "'\(place)' must have one condition; join several with '$and' or '$or'."
            throw RequestFault(.wrongValue, place, message)
        }
        return (member.name, member.value)
    }

    private static func unknown(_ place: String) -> RequestFault {
        RequestFault(.unknown, place, "'\(place)' is not a condition that is known here.")
    }
}
