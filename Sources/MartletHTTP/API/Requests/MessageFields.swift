import MartletCore

/// Reads a chat's messages.
enum MessageFields {
    private enum MessageRole: String, CaseIterable {
        case system, developer, user, assistant, tool
    }

    private static let role = Field("role", ValueKind<MessageRole>.choice())
    private static let name = Field("name", .text(1...64))
    private static let callID = Field("tool_call_id", .text(1...256))
    private static let refusal = Field("refusal", .text())

    /// The messages of `messages`, at least one.
    static func read(_ fields: RequestFields, limits: APILimits) throws(RequestFault) -> [ChatMessage] {
        let elements = try fields.required(Field("messages", .array(1...limits.messageCount)))
        var messages: [ChatMessage] = []
        messages.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let place = "messages[\(index)]"
            messages.append(try message(RequestFields(ValueKind.object.read(element, place), at: place)))
        }
        return messages
    }

    private static func message(_ fields: RequestFields) throws(RequestFault) -> ChatMessage {
        if fields.raw("role") == "function" {
            let remedy = "Functions' results are messages with the role 'tool' and a 'tool_call_id'."
            throw RequestFault(
                .unsupported,
                fields.place(of: "role"),
                "The role 'function' is not supported. \(remedy)"
            )
        }
        let role = try fields.required(role)
        let message: ChatMessage
        switch role {
        case .system, .developer: message = ChatMessage(role: .system, content: try requiredContent(fields))
        case .user: message = ChatMessage(role: .user, content: try requiredContent(fields))
        case .assistant: message = try assistantMessage(fields)
        case .tool:
            let id = try fields.required(callID)
            message = .tool(try requiredContent(fields), answering: id)
        }
        var named = message
        named.name = try fields.value(name)
        try fields.finish()
        return named
    }

    private static func assistantMessage(_ fields: RequestFields) throws(RequestFault) -> ChatMessage {
        try fields.refuse("function_call", "Calls are in 'tool_calls'.")
        try fields.refuse("audio", "Messages are text.")
        // What this server or others add to an answer comes back with it: thinking is not shown to the model again.
        fields.accept("reasoning_content", "reasoning", "annotations")
        let calls = try toolCalls(fields)
        let refusal = try fields.value(refusal)
        let content = try content(fields) ?? refusal
        guard content != nil || !calls.isEmpty else {
            let place = fields.place(of: "content")
            throw RequestFault(
                .missing,
                place,
                "'\(place)' is missing; an assistant's message has text or 'tool_calls'."
            )
        }
        return ChatMessage(role: .assistant, content: content ?? "", toolCalls: calls)
    }

    private static func toolCalls(_ fields: RequestFields) throws(RequestFault) -> [ToolCall] {
        guard let elements = try fields.value(Field("tool_calls", .array(0...1024))) else { return [] }
        var calls: [ToolCall] = []
        for (index, element) in elements.enumerated() {
            let place = "\(fields.place(of: "tool_calls"))[\(index)]"
            let call = RequestFields(try ValueKind.object.read(element, place), at: place)
            call.accept("index")
            let type = try call.value(Field("type", .text())) ?? "function"
            guard type == "function" else {
                throw RequestFault(
                    .unsupported,
                    call.place(of: "type"),
                    "Only calls of the type 'function' are supported."
                )
            }
            let id = try call.required(Field("id", .text(1...256)))
            let function = try call.fields("function") ?? RequestFields([:], at: call.place(of: "function"))
            calls.append(
                ToolCall(
                    id: id,
                    name: try function.required(Field("name", .text(1...256))),
                    arguments: try function.required(Field("arguments", .text()))
                )
            )
            try function.finish()
            try call.finish()
        }
        return calls
    }

    private static func requiredContent(_ fields: RequestFields) throws(RequestFault) -> String {
        if let text = try content(fields) { return text }
        let place = fields.place(of: "content")
        throw RequestFault(.missing, place, "'\(place)' is missing; it must be a string or an array of text parts.")
    }

    private static func content(_ fields: RequestFields) throws(RequestFault) -> String? {
        guard let value = fields.raw("content") else { return nil }
        return try contentText(value, at: fields.place(of: "content"), types: ["text", "refusal"])
    }

    /// The text of a string, or of an array of parts one after the other.
    ///
    /// - Parameter types: The parts' types that carry text.
    static func contentText(
        _ value: JSONValue,
        at place: String,
        types: Set<String>
    ) throws(RequestFault) -> String {
        switch value {
        case .string(let text): return text
        case .array(let parts):
            var text = ""
            for (index, part) in parts.enumerated() {
                text += try partText(part, at: "\(place)[\(index)]", types: types)
            }
            return text
        default: throw ValueKind<String>.wrongType(value, place, "a string or an array of text parts")
        }
    }

    private static func partText(_ part: JSONValue, at place: String, types: Set<String>) throws(RequestFault) -> String
    {
        if case .string(let text) = part { return text }
        let fields = RequestFields(try ValueKind.object.read(part, place), at: place)
        let type = try fields.required(Field("type", .text(0...64)))
        guard types.contains(type) else {
            let known = types.sorted().map { "'\($0)'" }.joined(separator: ", ")
            let message = "'\(fields.place(of: "type"))' must be \(known): the models here read text only."
            throw RequestFault(.unsupported, fields.place(of: "type"), message)
        }
        fields.accept("annotations", "logprobs", "cache_control", "prompt_cache_breakpoint")
        let text = try fields.required(Field(type == "refusal" ? "refusal" : "text", .text()))
        try fields.finish()
        return text
    }
}
