import MartletCore

/// URL-encoded parameters; a value that is JSON for an array or object is read as such, as the server does.
enum FormFields {
    static func parse(_ text: String) -> JSONObject {
        var fields: JSONObject = [:]
        for field in text.split(separator: "&") {
            let pieces = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = pieces.count == 2 ? decode(pieces[1]) : ""
            fields[decode(pieces[0])] = self.value(value)
        }
        return fields
    }

    /// A field's value: JSON where it looks like an array or object and is one.
    static func value(_ text: String) -> JSONValue {
        let isJSON = text.hasPrefix("{") || text.hasPrefix("[")
        return (isJSON ? try? JSONValue(parsing: Array(text.utf8)) : nil) ?? .string(text)
    }

    /// A text with its percent signs resolved; in paths, unlike in forms, a plus is a plus.
    static func decode(_ text: Substring, isForm: Bool = true) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(String(Substring(digits)), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(isForm && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
