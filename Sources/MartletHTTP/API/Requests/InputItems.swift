import MartletCore

/// Reads the input of a response: a text, or items.
enum InputItems {
    private enum MessageRole: String, CaseIterable {
        case user, assistant, system, developer
    }

    private enum ItemType: String, CaseIterable {
        case message
        case functionCall = "function_call"
        case functionOutput = "function_call_output"
        case reasoning
    }

    private static let role = Field("role", ValueKind<MessageRole>.choice())
    private static let type = Field("type", ValueKind<ItemType>.choice())
    private static let textTypes: Set<String> = ["input_text", "output_text", "text", "refusal"]

    /// The conversation that `input` adds.
    static func read(_ fields: RequestFields, limits: APILimits) throws(RequestFault) -> [ChatMessage] {
        let expectation = "a string or an array of items"
        guard let value = fields.raw("input") else {
            throw RequestFault(.missing, "input", "'input' is missing; it must be \(expectation).")
        }
        switch value {
        case .string(let text): return [.user(text)]
        case .array:
            let items = try ValueKind<[JSONValue]>.array(1...limits.messageCount).read(value, "input")
            var messages: [ChatMessage] = []
            for (index, item) in items.enumerated() {
                let place = "input[\(index)]"
                try add(RequestFields(try ValueKind.object.read(item, place), at: place), to: &messages)
            }
            return messages
        default: throw ValueKind<[ChatMessage]>.wrongType(value, "input", expectation)
        }
    }

    private static func add(_ fields: RequestFields, to messages: inout [ChatMessage]) throws(RequestFault) {
        fields.accept("id", "status")
        switch try fields.value(type) ?? .message {
        case .message:
            fields.accept("phase")
            let role = try fields.required(role)
            let text = try text("content", of: fields)
            switch role {
            case .user: messages.append(.user(text))
            case .assistant: messages.append(.assistant(text))
            case .system, .developer: messages.append(.system(text))
            }
        case .functionCall:
            fields.accept("caller", "namespace")
            let call = ToolCall(
                id: try fields.required(Field("call_id", .text(1...256))),
                name: try fields.required(Field("name", .text(1...256))),
                arguments: try fields.required(Field("arguments", .text()))
            )
            // Calls belong to the assistant's message before them, as several can come at a time.
            if messages.last?.role != .assistant { messages.append(.assistant("")) }
            messages[messages.count - 1].toolCalls.append(call)
        case .functionOutput:
            fields.accept("caller", "namespace", "name")
            let id = try fields.required(Field("call_id", .text(1...256)))
            messages.append(.tool(try text("output", of: fields), answering: id))
        case .reasoning:
            // What a model thought is not shown to it again.
            fields.accept("summary", "content", "encrypted_content")
        }
        try fields.finish()
    }

    private static func text(_ name: String, of fields: RequestFields) throws(RequestFault) -> String {
        let place = fields.place(of: name)
        guard let value = fields.raw(name) else {
            throw RequestFault(.missing, place, "'\(place)' is missing; it must be a string or an array of text parts.")
        }
        return try MessageFields.contentText(value, at: place, types: textTypes)
    }
}
