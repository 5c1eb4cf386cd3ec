import MartletCore

/// What is wrong with a request's body, in its sender's terms.
struct RequestFault: Error, Hashable {
    /// The sorts that programs may compare; the names are OpenAI's.
    enum Code: String, Hashable {
        case invalidJSON = "invalid_json"
        case missing = "missing_required_parameter"
        case unknown = "unknown_parameter"
        case wrongType = "invalid_type"
        case wrongValue = "invalid_value"
        case unsupported = "unsupported_parameter"
        case integerBelow = "integer_below_min_value"
        case integerAbove = "integer_above_max_value"
        case numberBelow = "decimal_below_min_value"
        case numberAbove = "decimal_above_max_value"
        case emptyArray = "empty_array"
        case longArray = "array_above_max_length"
        case emptyText = "empty_string"
        case longText = "string_above_max_length"
    }

    /// The sort.
    var code: Code
    /// Where it is, such as `messages[0].content`; nil for the body as a whole.
    var parameter: String?
    /// What is wrong and what would be right; never the values of the body's texts.
    var message: String

    init(_ code: Code, _ parameter: String?, _ message: String) {
        self.code = code
        self.parameter = parameter
        self.message = message
    }
}

extension APIError {
    /// The error that a caller with a faulty body sees.
    init(_ fault: RequestFault) {
        self = .invalidRequest(fault.message, parameter: fault.parameter, code: fault.code.rawValue)
    }
}

extension JSONValue {
    /// What it is, with an article, for messages.
    var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
