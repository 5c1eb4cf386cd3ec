internal import MartletCore

/// Tools for models whose chat template knows none: described in words, called and answered in messages.
enum GenericTools {
    /// The conversation as a template without tools can show it, the functions described in its system message.
    static func rewrite(_ messages: [ChatMessage], tools: [ToolDefinition]) -> [ChatMessage] {
        var result: [ChatMessage] = []
        for message in messages {
            switch message.role {
            case .assistant where !message.toolCalls.isEmpty:
                let calls = message.toolCalls.map { "<tool_call>\n\(body(of: $0))\n</tool_call>" }
                let parts = message.content.isEmpty ? calls : [message.content] + calls
                result.append(.assistant(parts.joined(separator: "\n")))
            case .tool:
                let text = "<tool_response>\n\(message.content)\n</tool_response>"
                if let last = result.last, last.role == .user, last.content.hasSuffix("</tool_response>") {
                    result[result.count - 1].content += "\n" + text
                } else {
                    result.append(.user(text))
                }
            default: result.append(message)
            }
        }
        guard !tools.isEmpty else { return result }
        if let first = result.first, first.role == .system {
            result[0].content += "\n\n" + instruction(tools)
        } else {
            result.insert(.system(instruction(tools)), at: 0)
        }
        return result
    }

    private static func body(of call: ToolCall) -> String {
        let arguments = (try? JSONValue(parsing: Array(call.arguments.utf8))) ?? .string(call.arguments)
        return JSONValue.object(["name": .string(call.name), "arguments": arguments]).text
    }

    private static func instruction(_ tools: [ToolDefinition]) -> String {
        let list = tools.map { $0.json.text }.joined(separator: "\n")
        return """
            These functions can be run for you, each described as JSON:
            <tools>
            \(list)
            </tools>
            To have one run, write its name and arguments like this, and nothing after it:
            <tool_call>
            {"name": "the function", "arguments": {"an argument": "its value"}}
            </tool_call>
            """
    }
}

extension ToolDefinition {
    /// The definition in the shape that templates and models know.
    var json: JSONValue {
        var function: JSONObject = ["name": .string(name)]
        if let description { function["description"] = .string(description) }
        function["parameters"] = parameters
        return ["type": "function", "function": .object(function)]
    }
}
