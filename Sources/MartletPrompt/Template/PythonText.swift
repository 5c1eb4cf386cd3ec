/// Values as Python prints them.
enum PythonText {
    /// `str(value)`.
    static func string(of value: Value) -> TemplateString {
        switch value {
        case .string(let text): return text
        case .undefined: return TemplateString()
        default:
            var result = TemplateString()
            appendRepresentation(of: value, to: &result)
            return result
        }
    }

    /// `repr(value)`.
    static func appendRepresentation(of value: Value, to result: inout TemplateString) {
        switch value {
        case .undefined: result.append(TemplateString("Undefined"))
        case .none: result.append(TemplateString("None"))
        case .bool(let value): result.append(TemplateString(value ? "True" : "False"))
        case .int(let value): result.append(TemplateString(String(value)))
        case .double(let value): result.append(TemplateString(number(value)))
        case .string(let text): result.append(quoted(text))
        case .list(let values): appendMembers(values, opening: "[", closing: "]", to: &result)
        case .tuple(let values):
            appendMembers(values, opening: "(", closing: values.count == 1 ? ",)" : ")", to: &result)
        case .dictionary(let dictionary):
            result.append(TemplateString("{"))
            for (index, item) in dictionary.items.enumerated() {
                if index > 0 { result.append(TemplateString(", ")) }
                result.append(quoted(item.key))
                result.append(TemplateString(": "))
                appendRepresentation(of: item.value, to: &result)
            }
            result.append(TemplateString("}"))
        case .namespace: result.append(TemplateString("<Namespace>"))
        case .loop: result.append(TemplateString("<LoopContext>"))
        case .function(let function): result.append(TemplateString("<function \(function.name)>"))
        }
    }

    private static func appendMembers(
        _ values: [Value],
        opening: String,
        closing: String,
        to result: inout TemplateString
    ) {
        result.append(TemplateString(opening))
        for (index, value) in values.enumerated() {
            if index > 0 { result.append(TemplateString(", ")) }
            appendRepresentation(of: value, to: &result)
        }
        result.append(TemplateString(closing))
    }

    /// A float as Python prints it: `1.0`, `1e-07`, `inf`.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        let text = "\(value)"
        guard let mark = text.firstIndex(of: "e") else { return text }
        let mantissa = text[..<mark].hasSuffix(".0") ? text[..<mark].dropLast(2) : text[..<mark]
        let exponent = Int(text[text.index(after: mark)...]) ?? 0
        // Swift turns to exponents below 1e-4 and at 2^53 and above, Python at 1e16.
        if exponent == 15, let whole = Int(exactly: value) { return "\(whole).0" }
        let digits = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
        return "\(mantissa)e\(exponent < 0 ? "-" : "+")\(digits)"
    }

    private static func quoted(_ text: TemplateString) -> TemplateString {
        let plain = text.text
        let quote: Unicode.Scalar = plain.contains("'") && !plain.contains("\"") ? "\"" : "'"
        var result = TemplateString(String(Character(quote)))
        result.append(
            text.mapScalars { scalar in
                switch scalar {
                case "\n": "\\n"
                case "\r": "\\r"
                case "\t": "\\t"
                case "\\": "\\\\"
                case quote: "\\\(quote)"
                default:
                    scalar.value < 0x20 || scalar.value == 0x7F
                        ? "\\x" + hexadecimal(scalar.value, digits: 2) : String(Character(scalar))
                }
            }
        )
        result.append(TemplateString(String(Character(quote))))
        return result
    }

    /// At least `digits` digits to the base 16.
    static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    // MARK: Formatting

    /// `format % values` for `%s %r %d %i %f %x %%`, with width and precision.
    static func format(_ format: TemplateString, _ values: [Value], line: Int) throws(PromptError) -> TemplateString {
        var result = TemplateString()
        var rest = values[...]
        var index = 0
        while index < format.count {
            guard format.scalar(at: index) == 0x25 else {
                result.append(format[index..<index + 1])
                index += 1
                continue
            }
            index += 1
            var specification = ""
            while index < format.count, let scalar = Unicode.Scalar(format.scalar(at: index)),
                "0123456789.-+".unicodeScalars.contains(scalar), specification.count < 8
            {
                specification.unicodeScalars.append(scalar)
                index += 1
            }
            guard index < format.count, let kind = Unicode.Scalar(format.scalar(at: index)) else {
                throw .template("a '%' in a format is not complete", line: line)
            }
            index += 1
            if kind == "%" {
                result.append(TemplateString("%"))
                continue
            }
            guard let value = rest.popFirst() else { throw .template("too few values for a format", line: line) }
            result.append(padded(try converted(value, kind, specification, line: line), specification))
        }
        guard rest.isEmpty else { throw .template("too many values for a format", line: line) }
        return result
    }

    private static func converted(
        _ value: Value,
        _ kind: Unicode.Scalar,
        _ specification: String,
        line: Int
    ) throws(PromptError) -> TemplateString {
        switch kind {
        case "s": return string(of: value)
        case "r":
            var result = TemplateString()
            appendRepresentation(of: value, to: &result)
            return result
        case "d", "i", "x":
            guard let number = value.number, let whole = Int(exactly: number.rounded(.towardZero)) else { break }
            return TemplateString(String(whole, radix: kind == "x" ? 16 : 10))
        case "f":
            guard let number = value.number else { break }
            let parts = specification.split(separator: ".", omittingEmptySubsequences: false)
            let digits = parts.count > 1 ? Int(parts[1]) ?? 0 : 6
            return TemplateString(fixed(number, digits: min(digits, 15)))
        default: break
        }
        throw .template("'%\(kind)' does not go with \(value.typeName)", line: line)
    }

    private static func padded(_ text: TemplateString, _ specification: String) -> TemplateString {
        let isLeft = specification.hasPrefix("-")
        let digits = specification.split(separator: ".", omittingEmptySubsequences: false)[0]
            .drop { $0 == "-" || $0 == "+" }
        let width = min(Int(digits) ?? 0, 1024)
        guard text.count < width else { return text }
        let padding = TemplateString(
            String(repeating: digits.hasPrefix("0") && !isLeft ? "0" : " ", count: width - text.count)
        )
        return isLeft ? text + padding : padding + text
    }

    /// A number with a fixed count of decimals, rounded half to even as Python does.
    static func fixed(_ value: Double, digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return number(value) }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        guard let scaled = Int(exactly: (abs(value) * scale).rounded(.toNearestOrEven)) else { return number(value) }
        let text = String(scaled)
        let filled = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        let sign = value < 0 && scaled != 0 ? "-" : ""
        return digits == 0 ? sign + filled : sign + filled.dropLast(digits) + "." + filled.suffix(digits)
    }
}
