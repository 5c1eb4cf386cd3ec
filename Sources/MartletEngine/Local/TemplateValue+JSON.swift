internal import MartletCore
internal import MartletPrompt

extension TemplateValue {
    /// JSON of a request: its texts are somebody else's words.
    init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .integer(let number): self = .int(Int(number))
        case .number(let number): self = .double(number)
        case .string(let text): self = .content(text)
        case .array(let elements): self = .list(elements.map(TemplateValue.init))
        case .object(let members): self = .object(members.map { ($0.name, TemplateValue($0.value)) })
        }
    }
}
