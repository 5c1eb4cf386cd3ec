/// Elements of XML, as far as services of AWS write it: no attributes, no sections, the five entities and numbers.
package enum XMLElement {
    /// The text of the first element with a name.
    package static func text(_ name: String, in document: String) -> String? {
        guard let start = document.firstRange(of: "<\(name)>") else { return nil }
        let rest = document[start.upperBound...]
        guard let end = rest.firstRange(of: "</\(name)>") else { return nil }
        return unescaped(rest[..<end.lowerBound])
    }

    private static func unescaped(_ text: Substring) -> String {
        var result = ""
        var rest = text
        while let start = rest.firstIndex(of: "&") {
            result += rest[..<start]
            rest = rest[start...]
            guard let end = rest.firstIndex(of: ";"), let character = character(rest[..<end].dropFirst()) else {
                result += "&"
                rest = rest.dropFirst()
                continue
            }
            result.unicodeScalars.append(character)
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private static func character(_ entity: Substring) -> Unicode.Scalar? {
        switch entity {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard entity.first == "#" else { return nil }
            let digits = entity.dropFirst()
            let number = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return number.flatMap { Unicode.Scalar($0) }
        }
    }
}
