import MartletCore

/// Reads the tools of a request and whether they have to be used.
enum ToolFields {
    /// Tools and choice, in the shape of chat completions (a nested `function`) or of responses (flat).
    static func read(
        _ fields: RequestFields,
        isNested: Bool,
        limits: APILimits,
        into request: inout GenerationRequest
    ) throws(RequestFault) {
        let elements = try fields.value(Field("tools", .array(0...limits.toolCount))) ?? []
        var tools: [ToolDefinition] = []
        for (index, element) in elements.enumerated() {
            let place = "tools[\(index)]"
            let tool = try definition(
                RequestFields(ValueKind.object.read(element, place), at: place),
                isNested: isNested
            )
            guard !tools.contains(where: { $0.name == tool.name }) else {
                throw RequestFault(.wrongValue, place, "Two tools have the name '\(tool.name)'; each needs its own.")
            }
            tools.append(tool)
        }
        request.tools = tools
        request.toolChoice = try choice(fields, isNested: isNested, tools: tools)
        request.allowsParallelToolCalls = try fields.value(Field("parallel_tool_calls", .flag)) ?? true
    }

    private static func definition(_ fields: RequestFields, isNested: Bool) throws(RequestFault) -> ToolDefinition {
        let type = try fields.required(Field("type", .text(0...64)))
        guard type == "function" else {
            let message = "Only tools of the type 'function' are supported; the caller runs them."
            throw RequestFault(.unsupported, fields.place(of: "type"), message)
        }
        let function = isNested ? try fields.fields("function") : fields
        guard let function else {
            throw RequestFault(.missing, fields.place(of: "function"), "'\(fields.place(of: "function"))' is missing.")
        }
        let name = try function.required(Field("name", .identifier))
        var tool = ToolDefinition(name: name, description: try function.value(Field("description", .text())))
        if let parameters = try function.value(Field("parameters", .object)), !parameters.isEmpty {
            tool.parameters = .object(parameters)
        }
        tool.isStrict = try function.value(Field("strict", .flag)) ?? false
        try function.finish()
        try fields.finish()
        return tool
    }

    private static func choice(
        _ fields: RequestFields,
        isNested: Bool,
        tools: [ToolDefinition]
    ) throws(RequestFault) -> ToolChoice {
        guard let value = fields.raw("tool_choice") else { return .automatic }
        let place = fields.place(of: "tool_choice")
        let choice = try choice(value, place, isNested: isNested)
        switch choice {
        case .automatic, .none: break
        case .required where tools.isEmpty, .named where tools.isEmpty:
            throw RequestFault(.wrongValue, place, "'\(place)' asks for a tool, but 'tools' has none.")
        case .required: break
        case .named(let name):
            guard tools.contains(where: { $0.name == name }) else {
                throw RequestFault(.wrongValue, place, "'\(place)' names a function that is not in 'tools'.")
            }
        }
        return choice
    }

    private static func choice(_ value: JSONValue, _ place: String, isNested: Bool) throws(RequestFault) -> ToolChoice {
        let expectation = "'none', 'auto', 'required' or an object that names a function"
        switch value {
        case "none": return .none
        case "auto": return .automatic
        case "required": return .required
        case .string: throw RequestFault(.wrongValue, place, "'\(place)' must be \(expectation).")
        case .object(let members):
            let fields = RequestFields(members, at: place)
            guard try fields.required(Field("type", .text(0...64))) == "function" else {
                throw RequestFault(.unsupported, fields.place(of: "type"), "'\(place)' must be \(expectation).")
            }
            let function = isNested ? try fields.fields("function") ?? RequestFields([:], at: place) : fields
            let name = try function.required(Field("name", .text(1...64)))
            try function.finish()
            try fields.finish()
            return .named(name)
        default: throw ValueKind<ToolChoice>.wrongType(value, place, expectation)
        }
    }
}
