import MartletCore

/// A file that came with a call.
struct UploadedFile: Sendable, Hashable {
    var name: String
    var contentType: String
    var bytes: [UInt8]
}

/// One call of the Bot API: its name as the client wrote it, its parameters and its files.
struct MethodCall: Sendable {
    var method: String
    var parameters: JSONObject
    var files: [String: UploadedFile] = [:]

    subscript(_ name: String) -> JSONValue? {
        guard let value = parameters[name], value != .null else { return nil }
        return value
    }

    /// The chat that the call names by number.
    var chat: Int64? { self["chat_id"]?.integer }

    /// A parameter that holds JSON, also where a form brought it as text.
    func structured(_ name: String, _ failure: String) throws(Refusal) -> JSONValue? {
        guard let value = self[name] else { return nil }
        guard case .string(let text) = value else { return value }
        if text.isEmpty { return nil }
        guard let parsed = try? JSONValue(parsing: Array(text.utf8)) else { throw .badRequest(failure) }
        return parsed
    }
}
