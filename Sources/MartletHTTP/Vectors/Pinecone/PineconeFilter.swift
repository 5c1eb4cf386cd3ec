import MartletCore

/// Pinecone's filters over metadata.
///
/// The text of a record is the field `text` of its metadata, as ``PineconeRecord`` has it.
enum PineconeFilter {
    /// Reads a filter: fields with values or operators, `$and` and `$or` with lists; several members must all be true.
    static func filter(
        _ value: JSONValue,
        _ place: String,
        _ reading: inout FilterReading
    ) throws(RequestFault) -> VectorFilter {
        let members = try ValueKind<JSONObject>.object.read(value, place)
        guard !members.isEmpty else {
            throw RequestFault(.wrongValue, place, "'\(place)' must have a condition.")
        }
        var filters: [VectorFilter] = []
        for member in members {
            let inner = "\(place).\(member.name.prefix(64))"
            switch member.name {
            case "$and": filters.append(.all(try list(member.value, inner, &reading)))
            case "$or": filters.append(.any(try list(member.value, inner, &reading)))
            case _ where member.name.hasPrefix("$"): throw unknown(inner)
            default: filters += try field(member.name, member.value, inner, &reading)
            }
        }
        return filters.count == 1 ? filters[0] : .all(filters)
    }

    private static func list(
        _ value: JSONValue,
        _ place: String,
        _ reading: inout FilterReading
    ) throws(RequestFault) -> [VectorFilter] {
        try reading.list(value, place) { reading, element, place throws(RequestFault) in
            try filter(element, place, &reading)
        }
    }

    private static func field(
        _ name: String,
        _ value: JSONValue,
        _ place: String,
        _ reading: inout FilterReading
    ) throws(RequestFault) -> [VectorFilter] {
        guard case .object(let operators) = value else {
            try reading.countCondition()
            return [PineconeRecord.filter(.equal(name, try reading.scalar(value, place)))]
        }
        guard !operators.isEmpty else { throw RequestFault(.wrongValue, place, "'\(place)' must have a condition.") }
        var filters: [VectorFilter] = []
        for member in operators {
            let inner = "\(place).\(member.name.prefix(64))"
            if member.name == "$exists" {
                try reading.countCondition()
                filters.append(.exists(name, try ValueKind<Bool>.flag.read(member.value, inner)))
            } else if let comparison = try reading.comparison(name, member.name, member.value, inner) {
                filters.append(comparison)
            } else {
                throw unknown(inner)
            }
        }
        return filters.map { PineconeRecord.filter($0) }
    }

    private static func unknown(_ place: String) -> RequestFault {
        RequestFault(.unknown, place, "'\(place)' is not a condition that is known here.")
    }
}
