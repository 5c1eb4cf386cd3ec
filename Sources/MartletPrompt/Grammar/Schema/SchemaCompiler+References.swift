internal import MartletCore

extension SchemaCompiler {
    /// The schema that a `$ref` means, which lies in the same document.
    func resolve(_ pointer: String, at place: String) throws(GrammarError) -> JSONValue {
        guard pointer == "#" || pointer.hasPrefix("#/") else {
            throw error(
                .unsupported,
                place + "/$ref",
                "the reference leads out of this document or to an anchor",
                "Put the schema under “$defs”, and refer to it as “#/$defs/…”"
            )
        }
        var value = root
        for part in pointer.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false)
        where pointer.utf8.count > 2 {
            let name = Self.unescaped(String(part))
            let next =
                switch value {
                case .object(let members): members[name]
                case .array(let elements): Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
                default: JSONValue?.none
                }
            guard let next else {
                throw error(
                    .unknownName,
                    place + "/$ref",
                    "there is nothing at “\(pointer.prefix(120))”",
                    "Correct the reference, or define what it refers to"
                )
            }
            value = next
        }
        return value
    }

    /// A part of a JSON pointer in a URI fragment (RFC 6901, section 6).
    private static func unescaped(_ part: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(part.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let decoded = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(decoded)
                rest = rest.dropFirst(2)
            } else if byte == UInt8(ascii: "~"), let escape = rest.first, escape == 0x30 || escape == 0x31 {
                bytes.append(escape == 0x30 ? UInt8(ascii: "~") : UInt8(ascii: "/"))
                rest = rest.dropFirst()
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
