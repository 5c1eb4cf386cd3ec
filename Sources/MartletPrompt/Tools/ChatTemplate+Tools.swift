internal import MartletCore

extension Value {
    /// JSON from outside: all of its text, names of members too, is content and never names control tokens.
    init(_ json: JSONValue) {
        switch json {
        case .null: self = .none
        case .bool(let flag): self = .bool(flag)
        case .integer(let number): self = .int(Int(number))
        case .number(let number): self = .double(number)
        case .string(let text): self = .string(TemplateString(text, isContent: true))
        case .array(let elements): self = .list(elements.map(Value.init))
        case .object(let members):
            var dictionary = ValueDictionary()
            for member in members { dictionary[TemplateString(member.name, isContent: true)] = Value(member.value) }
            self = .dictionary(dictionary)
        }
    }

    /// A message as templates see it; members that it doesn't have are absent, for templates that ask for them.
    ///
    /// - Parameter argumentsAreText: Whether a call's arguments come as JSON text rather than as an object.
    init(_ message: ChatMessage, argumentsAreText: Bool, names: [String: String]) {
        var dictionary = ValueDictionary()
        dictionary["role"] = .text(message.role.rawValue)
        dictionary["content"] = .string(TemplateString(message.content, isContent: true))
        if let name = message.name ?? message.toolCallID.flatMap({ names[$0] }) {
            dictionary["name"] = .string(TemplateString(name, isContent: true))
        }
        if let id = message.toolCallID { dictionary["tool_call_id"] = .string(TemplateString(id, isContent: true)) }
        if !message.toolCalls.isEmpty {
            dictionary["tool_calls"] = .list(
                message.toolCalls.map { call in
                    var function = ValueDictionary()
                    function["name"] = .string(TemplateString(call.name, isContent: true))
                    let object = argumentsAreText ? nil : try? JSONValue(parsing: Array(call.arguments.utf8))
                    function["arguments"] =
                        object.map { Value($0) } ?? .string(TemplateString(call.arguments, isContent: true))
                    var value = ValueDictionary()
                    value["id"] = .string(TemplateString(call.id, isContent: true))
                    value["type"] = .text("function")
                    value["function"] = .dictionary(function)
                    return .dictionary(value)
                }
            )
        }
        self = .dictionary(dictionary)
    }
}

extension [String: Value] {
    /// Sets what templates look for: `tools`, and for Firefunction `functions` and `datetime`.
    mutating func describe(_ tools: [ToolDefinition], unixTime: Int?) {
        let list = JSONValue.array(tools.map(\.json))
        self["tools"] = Value(list)
        if self["functions"] == nil {
            self["functions"] = .string(TemplateString(list.text, isContent: true))
        }
        if self["datetime"] == nil, let date = try? TemplateGlobals.formatted("%Y-%m-%d", unixTime: unixTime) {
            self["datetime"] = .text(date)
        }
    }
}

extension [ChatMessage] {
    /// Which function each call was of.
    var toolNames: [String: String] {
        var names: [String: String] = [:]
        for call in flatMap(\.toolCalls) { names[call.id] = call.name }
        return names
    }

    /// The same with each call in a message of its own, followed by its result, for models that make one at a time.
    var partingToolCalls: [ChatMessage] {
        var result: [ChatMessage] = []
        var index = startIndex
        while index < endIndex {
            let message = self[index]
            index += 1
            guard message.toolCalls.count > 1 else {
                result.append(message)
                continue
            }
            var answers: [ChatMessage] = []
            while index < endIndex, self[index].role == .tool {
                answers.append(self[index])
                index += 1
            }
            for (position, call) in message.toolCalls.enumerated() {
                let content = position == 0 ? message.content : ""
                result.append(ChatMessage(role: .assistant, content: content, toolCalls: [call]))
                result += answers.filter { $0.toolCallID == call.id }
            }
        }
        return result
    }

    /// The same with the calls' names made of nine letters and digits, for models that insist on that.
    var shorteningCallIDs: [ChatMessage] {
        map { message in
            var message = message
            message.toolCallID = message.toolCallID.map(Self.shortID)
            for index in message.toolCalls.indices {
                message.toolCalls[index].id = Self.shortID(message.toolCalls[index].id)
            }
            return message
        }
    }

    private static func shortID(_ id: String) -> String {
        let plain = id.unicodeScalars.filter { $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0)) }
        if plain.count >= 9 {
            return String(String.UnicodeScalarView(plain.suffix(9)))
        }
        // Short names are told apart by a checksum (FNV-1a) over all of their bytes.
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in id.utf8 { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(sum, radix: 36)
        return String((String(repeating: "0", count: 9) + digits).suffix(9))
    }
}
