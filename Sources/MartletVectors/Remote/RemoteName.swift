import MartletCore

/// Names of collections on servers that don't take every name: what they refuse is written in hexadecimal digits.
enum RemoteName {
    private static let mark = "x--"

    /// The name on the server.
    ///
    /// - Parameter isTaken: Whether the server takes a name.
    /// - Throws: ``VectorStoreError`` with `invalid` for one that is too long in any form.
    static func encode(_ name: String, maximumLength: Int, isTaken: (String) -> Bool) throws -> String {
        if isTaken(name), !name.hasPrefix(mark) { return name }
        let digits = Array("0123456789abcdef")
        let encoded = mark + String(name.utf8.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
        guard !name.isEmpty, encoded.utf8.count <= maximumLength else {
            throw VectorStoreError(
                .invalid,
                "the server can't have a collection of that name",
                remedy: "Name it with up to \((maximumLength - mark.utf8.count) / 2) letters and digits"
            )
        }
        return encoded
    }

    /// The name here of one on the server.
    static func decode(_ name: String) -> String {
        guard name.hasPrefix(mark) else { return name }
        let digits = name.dropFirst(mark.count).map { $0.hexDigitValue }
        guard digits.count % 2 == 0, !digits.isEmpty, !digits.contains(nil) else { return name }
        let bytes = stride(from: 0, to: digits.count, by: 2).map { index in
            UInt8((digits[index] ?? 0) << 4 | (digits[index + 1] ?? 0))
        }
        return String(validating: bytes, as: UTF8.self) ?? name
    }
}

extension [VectorRecord] {
    /// Batches of so many records and about so many bytes at most, each of at least one record.
    func batches(count: Int, byteCount: Int) -> [ArraySlice<VectorRecord>] {
        var batches: [ArraySlice<VectorRecord>] = []
        var (start, size) = (startIndex, 0)
        for index in indices {
            // A number of a vector has about 11 digits and a comma.
            let metadata = self[index].metadata.reduce(0) {
                $0 + $1.name.utf8.count + ($1.value.string?.utf8.count ?? 16)
            }
            let record = self[index].vector.count * 12 + (self[index].text?.utf8.count ?? 0) + metadata + 64
            if index > start, index - start >= count || size + record > byteCount {
                batches.append(self[start..<index])
                (start, size) = (index, 0)
            }
            size += record
        }
        if start < endIndex { batches.append(self[start...]) }
        return batches
    }
}

extension VectorFilter {
    /// The same filter with `not` before fields and texts only, so that servers without `not` can be asked as far as they can.
    var pushingNegations: VectorFilter {
        switch self {
        case .all(let filters): .all(filters.map(\.pushingNegations))
        case .any(let filters): .any(filters.map(\.pushingNegations))
        case .not(let filter): filter.negated
        default: self
        }
    }

    private var negated: VectorFilter {
        switch self {
        case .all(let filters): .any(filters.map(\.negated))
        case .any(let filters): .all(filters.map(\.negated))
        case .not(let filter): filter.pushingNegations
        case .equal(let field, let value): .notEqual(field, value)
        case .notEqual(let field, let value): .equal(field, value)
        case .oneOf(let field, let values): .noneOf(field, values)
        case .noneOf(let field, let values): .oneOf(field, values)
        case .exists(let field, let isWanted): .exists(field, !isWanted)
        default: .not(self)
        }
    }
}

extension VectorStoreError {
    /// A store on a server ranks by vectors only.
    static func wordsAlone(_ name: String) -> VectorStoreError {
        VectorStoreError(
            .unsupported,
            "\(name) can't rank texts by their words",
            remedy: "Ask with a vector, or keep the collection in a file"
        )
    }

    /// A filter would have to be applied here, to more records than are worth it.
    static func unfiltered(_ name: String, limit: Int) -> VectorStoreError {
        VectorStoreError(
            .unsupported,
            "\(name) can't apply this filter, and the collection has more than \(limit) records to look through here",
            remedy: "Use comparisons of fields, or keep the collection in a file"
        )
    }
}
