public import MartletCore

/// What makes a model call a tool whether it wants to or not: a beginning that the prompt ends with, and a form for the
/// rest.
public struct ForcedToolCall: Sendable, Hashable {
    /// Text of the template's side that the prompt ends with.
    public var beginning: String
    /// What the answer has to be.
    public var constraint: OutputConstraint
    /// How the answer is to be read, from inside of the marks on.
    public var dialect: ToolDialect
    /// The function, where the prompt names it already and the answer is its arguments.
    public var name: String?

    /// Makes the form of a call to one of `tools`.
    ///
    /// - Parameters:
    ///   - tools: At least one.
    ///   - dialect: How the model writes calls.
    ///   - allowsSeveral: Whether a list may hold more than one call.
    public init(_ tools: [ToolDefinition], dialect: ToolDialect, allowsSeveral: Bool) {
        precondition(!tools.isEmpty, "a forced call needs a tool")
        self.dialect = dialect
        beginning = dialect.opening
        let path = dialect.form == .list ? "#/items" : "#"
        let choices = tools.indices.map { index in
            let place = path + (tools.count == 1 ? "" : "/anyOf/\(index)") + "/properties/" + dialect.argumentsKey
            return Self.schema(of: tools[index], dialect: dialect, at: place)
        }
        let one: JSONValue = choices.count == 1 ? choices[0] : ["anyOf": .array(choices)]
        switch dialect.form {
        case .objects:
            beginning += "\n"
            constraint = .jsonSchema(one)
        case .bare: constraint = .jsonSchema(one)
        case .list:
            var list: JSONObject = ["type": "array", "items": one, "minItems": 1]
            if !allowsSeveral { list["maxItems"] = 1 }
            constraint = .jsonSchema(.object(list))
        case .named, .fenced, .recipients:
            if tools.count == 1 {
                name = tools[0].name
                switch dialect.form {
                case .named: beginning += tools[0].name + ">"
                case .fenced:
                    beginning += "<｜tool▁call▁begin｜>function<｜tool▁sep｜>" + tools[0].name + "\n```json\n"
                default: beginning = tools[0].name + "\n"
                }
                constraint = .jsonSchema(tools[0].parameters)
            } else {
                // The marks name the function outside of the JSON: a plain object holds both instead.
                beginning = ""
                constraint = .jsonSchema(one)
            }
            self.dialect = ToolDialect("", nil, .bare, name: dialect.nameKey, arguments: dialect.argumentsKey)
        }
    }

    /// A call of one tool, whose arguments' schema stands at `place` and refers to itself by that.
    private static func schema(of tool: ToolDefinition, dialect: ToolDialect, at place: String) -> JSONValue {
        let name: JSONValue = ["const": .string(tool.name)]
        let properties = JSONObject([
            (dialect.nameKey, name), (dialect.argumentsKey, tool.parameters.movingReferences(to: place)),
        ])
        return [
            "type": "object", "properties": .object(properties),
            "required": [.string(dialect.nameKey), .string(dialect.argumentsKey)], "additionalProperties": false,
        ]
    }
}

extension JSONValue {
    /// The schema with its references to itself (`#/…`) pointing to where it now stands.
    fileprivate func movingReferences(to place: String) -> JSONValue {
        switch self {
        case .array(let elements): .array(elements.map { $0.movingReferences(to: place) })
        case .object(let members):
            .object(
                JSONObject(
                    members.map { member in
                        if member.name == "$ref", let target = member.value.string, target.hasPrefix("#") {
                            return (member.name, .string(place + target.dropFirst()))
                        }
                        return (member.name, member.value.movingReferences(to: place))
                    }
                )
            )
        default: self
        }
    }
}
