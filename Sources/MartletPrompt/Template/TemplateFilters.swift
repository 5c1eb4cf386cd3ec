/// The filters of `|`: of text here, of sequences in `TemplateFilters+Sequences.swift`.
enum TemplateFilters {
    static func apply(
        _ name: String,
        _ value: Value,
        _ arguments: Value.Arguments,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Value {
        if looking.contains(name) {
            try interpreter.charge(1 + cost(of: value) / 16, line: line)
        } else {
            try interpreter.charge(walking: value, line: line)
        }
        if let result = try applyToAnything(name, value, arguments, line: line) { return result }
        if let result = try applyToText(name, value, arguments, in: &interpreter, line: line) { return result }
        if let result = try applyToSequence(name, value, arguments, in: &interpreter, line: line) { return result }
        throw .template("there is no filter '\(name.prefix(40))'", line: line)
    }

    private static func cost(of value: Value) -> Int {
        switch value {
        case .string(let text): text.count
        case .list(let values), .tuple(let values): values.count
        case .dictionary(let dictionary): dictionary.count
        default: 1
        }
    }

    /// Filters that don't look into what a value holds.
    private static let looking: Set<String> = [
        "attr", "batch", "count", "d", "default", "first", "items", "last", "length", "list", "map", "reject",
        "rejectattr",
        "reverse", "safe", "select", "selectattr", "slice",
    ]

    static let names: Set<String> = [
        "abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape", "first",
        "float", "forceescape", "format", "groupby", "indent", "int", "items", "join", "last", "length", "list",
        "lower", "map", "max", "min", "pprint", "reject", "rejectattr", "replace", "reverse", "round", "safe",
        "select", "selectattr", "slice", "sort", "string", "sum", "title", "tojson", "trim", "truncate", "unique",
        "upper", "urlencode", "wordcount", "wordwrap",
    ]

    private static func applyToAnything(
        _ name: String,
        _ value: Value,
        _ arguments: Value.Arguments,
        line: Int
    ) throws(PromptError) -> Value? {
        switch name {
        case "default", "d":
            let isLenient = arguments.value(1, "boolean")?.isTrue ?? false
            guard value.isUndefined || (isLenient && !value.isTrue) else { return value }
            return arguments.value(0, "default_value") ?? .string(TemplateString())
        case "string": return .string(PythonText.string(of: value))
        case "safe": return value
        case "tojson":
            return .string(try PythonJSON(arguments, line: line).text(of: value, line: line))
        case "pprint":
            var text = TemplateString()
            PythonText.appendRepresentation(of: value, to: &text)
            return .string(text)
        case "abs":
            if let whole = value.integer {
                guard whole != .min else { throw .template("a number is out of range", line: line) }
                return .int(abs(whole))
            }
            guard let number = value.number else { throw .template("abs needs a number", line: line) }
            return .double(abs(number))
        case "int": return .int(integer(value) ?? arguments.value(0, "default")?.integer ?? 0)
        case "float": return .double(number(value) ?? arguments.value(0, "default")?.number ?? 0)
        case "round": return try round(value, arguments, line: line)
        default: return nil
        }
    }

    private static func integer(_ value: Value) -> Int? {
        if let whole = value.integer { return whole }
        return number(value).flatMap { Int(exactly: $0.rounded(.towardZero)) }
    }

    private static func number(_ value: Value) -> Double? {
        if case .string(let text) = value {
            return Double(text.trimmed(leading: true, trailing: true, where: TemplateString.isWhitespace).text)
        }
        return value.number
    }

    private static func round(
        _ value: Value,
        _ arguments: Value.Arguments,
        line: Int
    ) throws(PromptError) -> Value {
        guard let number = value.number else { throw .template("round needs a number", line: line) }
        let precision = max(-15, min(arguments.value(0, "precision")?.integer ?? 0, 15))
        var scale = 1.0
        for _ in 0..<abs(precision) { scale *= 10 }
        let scaled = precision < 0 ? number / scale : number * scale
        let method = arguments.value(1, "method").map { PythonText.string(of: $0).text } ?? "common"
        let rounded: Double
        switch method {
        case "common": rounded = scaled.rounded(.toNearestOrEven)
        case "ceil": rounded = scaled.rounded(.up)
        case "floor": rounded = scaled.rounded(.down)
        default: throw .template("round's method is common, ceil or floor", line: line)
        }
        return .double(precision < 0 ? rounded * scale : rounded / scale)
    }

    private static func applyToText(
        _ name: String,
        _ value: Value,
        _ arguments: Value.Arguments,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Value? {
        var text: TemplateString { PythonText.string(of: value) }
        switch name {
        case "lower": return .string(text.mapScalars(\.properties.lowercaseMapping))
        case "upper": return .string(text.mapScalars(\.properties.uppercaseMapping))
        case "capitalize": return .string(StringMethods.capitalize(text))
        case "title": return .string(title(text))
        case "trim":
            let characters = try arguments.value(0, "chars").map { value throws(PromptError) in
                try StringMethods.string(value, for: name)
            }
            return .string(StringMethods.strip(text, characters, leading: true, trailing: true))
        case "replace":
            let old = PythonText.string(of: arguments.value(0, "old") ?? .none)
            let new = PythonText.string(of: arguments.value(1, "new") ?? .none)
            let limit = arguments.value(2, "count")?.integer.flatMap { $0 < 0 ? nil : $0 }
            try TemplateString.checkLength(of: new, times: text.count + 1)
            let result = text.replacing(old, with: new, limit: limit ?? .max)
            try interpreter.charge(result.count / 16, line: line)
            return .string(result)
        case "escape", "e", "forceescape": return .string(escaped(text))
        case "indent": return .string(try indent(text, arguments))
        case "center":
            let width = min(arguments.value(0, "width")?.integer ?? 80, 100_000)
            let missing = max(0, width - text.count)
            let left = missing / 2 + (missing & width & 1)
            let spaces = TemplateString(String(repeating: " ", count: missing))
            return .string(spaces[0..<left] + text + spaces[left..<missing])
        case "format": return .string(try PythonText.format(text, arguments.positional, line: line))
        case "truncate": return .string(truncated(text, arguments))
        case "wordcount": return .int(text.text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.count)
        case "urlencode": return .string(urlEncoded(text))
        case "wordwrap": throw .template("the filter 'wordwrap' is not supported", line: line)
        default: return nil
        }
    }

    private static func title(_ text: TemplateString) -> TemplateString {
        var isAtStart = true
        return text.mapScalars { scalar in
            let isBorder = TemplateString.isWhitespace(scalar.value) || "-({[<".unicodeScalars.contains(scalar)
            defer { isAtStart = isBorder }
            if isBorder { return String(Character(scalar)) }
            return isAtStart ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
        }
    }

    private static func escaped(_ text: TemplateString) -> TemplateString {
        text.mapScalars { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&#34;"
            case "'": "&#39;"
            default: String(Character(scalar))
            }
        }
    }

    private static func indent(
        _ text: TemplateString,
        _ arguments: Value.Arguments
    ) throws(PromptError) -> TemplateString {
        let padding: TemplateString =
            switch arguments.value(0, "width") {
            case .string(let text)?: text
            case let width?: TemplateString(String(repeating: " ", count: max(0, min(width.integer ?? 4, 1024))))
            case nil: TemplateString("    ")
            }
        let indentsFirst = arguments.value(1, "first")?.isTrue ?? false
        let indentsBlank = arguments.value(2, "blank")?.isTrue ?? false
        let lines = StringMethods.split(text, at: TemplateString("\n"), limit: nil)
        try TemplateString.checkLength(of: padding, times: lines.count)
        var result = TemplateString()
        for (index, line) in lines.enumerated() {
            if index > 0 { result.append(TemplateString("\n")) }
            if index == 0 ? indentsFirst : indentsBlank || !line.isEmpty { result.append(padding) }
            result.append(line)
        }
        return result
    }

    private static func truncated(_ text: TemplateString, _ arguments: Value.Arguments) -> TemplateString {
        let length = max(0, arguments.value(0, "length")?.integer ?? 255)
        let cutsWords = arguments.value(1, "killwords")?.isTrue ?? false
        let end = arguments.value(2, "end").map { PythonText.string(of: $0) } ?? TemplateString("...")
        let leeway = max(0, arguments.value(3, "leeway")?.integer ?? 5)
        guard text.count > length, text.count - length > leeway else { return text }
        let kept = text[0..<max(0, min(length - end.count, text.count))]
        if cutsWords { return kept + end }
        let border = kept.lastIndex(of: TemplateString(" ")) ?? kept.count
        return kept[0..<border] + end
    }

    private static func urlEncoded(_ text: TemplateString) -> TemplateString {
        text.mapScalars { scalar in
            let isPlain =
                scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "-_.~/".unicodeScalars.contains(scalar))
            if isPlain { return String(Character(scalar)) }
            return String(Character(scalar)).utf8.map { byte in
                "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }.joined()
        }
    }
}
