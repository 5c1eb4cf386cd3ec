/// Writes values as `json.dumps` does, with the options that `tojson` takes.
struct PythonJSON {
    /// Spaces of a level, each value on a line of its own; nil puts all on one line.
    var indent: Int?
    /// Between values, and between a key and its value; nil is Python's choice.
    var separators: (item: TemplateString, key: TemplateString)?
    /// Whether everything beyond ASCII is written as escapes.
    var escapesUnicode = false
    /// Whether keys are in alphabetical order, rather than in their own.
    var sortsKeys = false

    /// The arguments of `tojson(ensure_ascii, indent, separators, sort_keys)`; a lone number is the indent, as in Jinja.
    init(_ arguments: Value.Arguments, line: Int) throws(PromptError) {
        func named(_ name: String) -> Value? { arguments.named.first { $0.name == name }?.value }
        let first = arguments.positional.first
        escapesUnicode = named("ensure_ascii")?.isTrue ?? false
        sortsKeys = named("sort_keys")?.isTrue ?? false
        if let width = (named("indent") ?? first)?.integer { indent = max(0, min(width, 16)) }
        switch named("separators") {
        case nil, .none?: break
        case .tuple(let texts)?, .list(let texts)?:
            guard texts.count == 2, case .string(let item) = texts[0], case .string(let key) = texts[1] else {
                throw .template("tojson's separators are two strings", line: line)
            }
            separators = (item, key)
        default: throw .template("tojson's separators are two strings", line: line)
        }
    }

    /// The JSON text of `value`.
    func text(of value: Value, line: Int) throws(PromptError) -> TemplateString {
        var result = TemplateString()
        try append(value, level: 0, to: &result, line: line)
        return result
    }

    private func append(
        _ value: Value,
        level: Int,
        to result: inout TemplateString,
        line: Int
    ) throws(PromptError) {
        try TemplateString.checkLength(of: result, times: 1)
        switch value {
        case .none: result.append(TemplateString("null"))
        case .bool(let value): result.append(TemplateString(value ? "true" : "false"))
        case .int(let value): result.append(TemplateString(String(value)))
        case .double(let value):
            let plain = value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
            result.append(TemplateString(value.isFinite ? PythonText.number(value) : plain))
        case .string(let text): result.append(string(text))
        case .list(let values), .tuple(let values):
            guard !values.isEmpty else { return result.append(TemplateString("[]")) }
            result.append(TemplateString("["))
            for (index, value) in values.enumerated() {
                separate(index, level: level, in: &result)
                try append(value, level: level + 1, to: &result, line: line)
            }
            result.append(TemplateString(lineBreak(level) + "]"))
        case .dictionary(let dictionary):
            guard dictionary.count > 0 else { return result.append(TemplateString("{}")) }
            result.append(TemplateString("{"))
            var items = dictionary.items
            if sortsKeys { items.sort { $0.key.precedes($1.key) } }
            for (index, item) in items.enumerated() {
                separate(index, level: level, in: &result)
                result.append(string(item.key))
                result.append(separators?.key ?? TemplateString(": "))
                try append(item.value, level: level + 1, to: &result, line: line)
            }
            result.append(TemplateString(lineBreak(level) + "}"))
        case .undefined(let name): throw .template("'\(name)' is undefined, so it has no JSON form", line: line)
        case .namespace, .loop, .function: throw .template("a \(value.typeName) has no JSON form", line: line)
        }
    }

    private func separate(_ index: Int, level: Int, in result: inout TemplateString) {
        if index > 0 { result.append(separators?.item ?? TemplateString(indent == nil ? ", " : ",")) }
        result.append(TemplateString(lineBreak(level + 1)))
    }

    private func lineBreak(_ level: Int) -> String {
        indent.map { "\n" + String(repeating: " ", count: $0 * level) } ?? ""
    }

    private func string(_ text: TemplateString) -> TemplateString {
        var result = TemplateString("\"")
        result.append(
            text.mapScalars { scalar in
                switch scalar {
                case "\"": "\\\""
                case "\\": "\\\\"
                case "\n": "\\n"
                case "\r": "\\r"
                case "\t": "\\t"
                case "\u{8}": "\\b"
                case "\u{C}": "\\f"
                default:
                    scalar.value < 0x20 || (escapesUnicode && scalar.value > 0x7E)
                        ? Self.escaped(scalar) : String(Character(scalar))
                }
            }
        )
        result.append(TemplateString("\""))
        return result
    }

    /// `\u0041`, in two halves beyond the first 65,536 scalars.
    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        String(Character(scalar)).utf16.map { "\\u" + PythonText.hexadecimal(UInt32($0), digits: 4) }.joined()
    }
}
