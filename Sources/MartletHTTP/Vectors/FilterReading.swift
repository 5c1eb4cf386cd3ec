import MartletCore

/// Counts a filter's conditions while it is read, and reads what both servers' filters have in common.
struct FilterReading {
    private let limit: Int
    private var count = 0

    /// Reads a filter of at most so many conditions.
    init(limit: Int) {
        self.limit = limit
    }

    /// Takes note of another condition.
    mutating func countCondition() throws(RequestFault) {
        count += 1
        guard count <= limit else {
            throw RequestFault(
                .longArray,
                "filter",
                "The filter has more than \(limit) conditions. Ask in several requests."
            )
        }
    }

    /// The filters of a list: each of its elements read by `read`.
    mutating func list(
        _ value: JSONValue,
        _ place: String,
        _ read: (inout FilterReading, JSONValue, String) throws(RequestFault) -> VectorFilter
    ) throws(RequestFault) -> [VectorFilter] {
        let elements = try ValueKind<[JSONValue]>.array(0...limit).read(value, place)
        var filters: [VectorFilter] = []
        for (index, element) in elements.enumerated() {
            filters.append(try read(&self, element, "\(place)[\(index)]"))
        }
        return filters
    }

    /// A comparison of a field: `$eq`, `$ne`, `$gt`, `$gte`, `$lt`, `$lte`, `$in`, `$nin`; nil for another operator.
    mutating func comparison(
        _ field: String,
        _ name: String,
        _ value: JSONValue,
        _ place: String
    ) throws(RequestFault) -> VectorFilter? {
        try countCondition()
        switch name {
        case "$eq": return .equal(field, try scalar(value, place))
        case "$ne": return .notEqual(field, try scalar(value, place))
        case "$gt": return .greater(field, try number(value, place))
        case "$gte": return .greaterOrEqual(field, try number(value, place))
        case "$lt": return .less(field, try number(value, place))
        case "$lte": return .lessOrEqual(field, try number(value, place))
        case "$in": return .oneOf(field, try scalars(value, place))
        case "$nin": return .noneOf(field, try scalars(value, place))
        default: return nil
        }
    }

    /// A string, a number or a truth value.
    func scalar(_ value: JSONValue, _ place: String) throws(RequestFault) -> JSONValue {
        guard VectorInput.isScalar(value) else {
            throw ValueKind<JSONValue>.wrongType(value, place, "a string, a number or a boolean")
        }
        return value
    }

    private func number(_ value: JSONValue, _ place: String) throws(RequestFault) -> Double {
        guard let number = value.number else { throw ValueKind<Double>.wrongType(value, place, "a number") }
        return number
    }

    private mutating func scalars(_ value: JSONValue, _ place: String) throws(RequestFault) -> [JSONValue] {
        let elements = try ValueKind<[JSONValue]>.array(1...limit).read(value, place)
        for (index, element) in elements.enumerated() {
            try countCondition()
            _ = try scalar(element, "\(place)[\(index)]")
        }
        return elements
    }
}
