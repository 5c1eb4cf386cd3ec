import MartletCore

/// Input that a request gives as text or as tokens.
enum TextOrTokens: Sendable {
    case text(String)
    case tokens([TokenID])

    private static let tokenCountLimit = 1 << 20
    private static let token = ValueKind.integer(in: 0...Int(Int32.max) - 1)

    /// Reads a member that is a text, texts, tokens, or arrays of tokens.
    ///
    /// - Parameters:
    ///   - count: The most texts, or arrays of tokens.
    ///   - text: What a text may be.
    static func read(
        _ fields: RequestFields,
        _ name: String,
        upTo count: Int,
        text: ValueKind<String> = .text()
    ) throws(RequestFault) -> [TextOrTokens] {
        let expectation = "a string, an array of strings, an array of tokens or an array of arrays of tokens"
        guard let value = fields.raw(name) else {
            throw RequestFault(.missing, name, "'\(name)' is missing; it must be \(expectation).")
        }
        switch value {
        case .string: return [.text(try text.read(value, name))]
        case .array(let elements):
            guard let first = elements.first else {
                throw RequestFault(.emptyArray, name, "'\(name)' must not be an empty array.")
            }
            switch first {
            case .string:
                return try ValueKind.array(1...count, of: text).read(value, name).map { .text($0) }
            case .array:
                let rows = try ValueKind<[JSONValue]>.array(1...count).read(value, name)
                var inputs: [TextOrTokens] = []
                for (index, row) in rows.enumerated() { inputs.append(try tokens(row, "\(name)[\(index)]")) }
                return inputs
            case .integer, .number: return [try tokens(value, name)]
            default: throw ValueKind<String>.wrongType(first, "\(name)[0]", "a string, a token or an array of tokens")
            }
        default: throw ValueKind<String>.wrongType(value, name, expectation)
        }
    }

    private static func tokens(_ value: JSONValue, _ place: String) throws(RequestFault) -> TextOrTokens {
        let tokens = try ValueKind.array(1...tokenCountLimit, of: token).read(value, place)
        return .tokens(tokens.map { TokenID(Int32($0)) })
    }
}
