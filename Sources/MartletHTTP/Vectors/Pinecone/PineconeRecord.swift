import MartletCore

/// Between records, which have a text, and Pinecone's vectors, which have it in the field `text` of their metadata.
enum PineconeRecord {
    /// The field of the metadata that a record's text is.
    static let textField = "text"

    /// A record of what a client sends.
    static func record(id: String, vector: [Float], metadata: JSONObject) -> VectorRecord {
        var record = VectorRecord(id: id, vector: vector, metadata: metadata)
        if let text = metadata[textField]?.string {
            record.text = text
            record.metadata[textField] = nil
        }
        return record
    }

    /// The metadata that clients get.
    static func metadata(_ record: VectorRecord) -> JSONObject {
        guard let text = record.text, record.metadata[textField] == nil else { return record.metadata }
        var metadata = record.metadata
        metadata[textField] = .string(text)
        return metadata
    }

    /// A filter's condition with the field of the text turned into a condition of the text.
    static func filter(_ condition: VectorFilter) -> VectorFilter {
        switch condition {
        case .equal(textField, let value): equal(value)
        case .notEqual(textField, let value): .not(equal(value))
        case .oneOf(textField, let values): .any(values.map { equal($0) })
        case .noneOf(textField, let values): .not(.any(values.map { equal($0) }))
        case .exists(textField, true): hasText
        case .exists(textField, false): .not(hasText)
        default: condition
        }
    }

    private static let hasText = VectorFilter.any([.exists(textField, true), .textContains("")])

    /// The text is a string, or the field, which is then no string, is another value.
    private static func equal(_ value: JSONValue) -> VectorFilter {
        guard let text = value.string else { return .equal(textField, value) }
        let escaped = text.unicodeScalars.reduce(into: "") { pattern, scalar in
            if scalar.isASCII, !scalar.properties.isAlphabetic, scalar.properties.numericType == nil {
                pattern += "\\"
            }
            pattern.unicodeScalars.append(scalar)
        }
        return .any([.equal(textField, value), .textMatches("^\(escaped)$")])
    }
}
