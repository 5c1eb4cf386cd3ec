internal import MartletCore

/// Reads the calls between a dialect's marks.
struct ToolCallReader: Sendable {
    /// A function and its arguments as JSON text.
    struct Call: Sendable, Hashable {
        var name: String
        var arguments: String
    }

    let dialect: ToolDialect

    /// The calls in `body`, or nil where it isn't what the dialect says.
    ///
    /// - Parameter name: The function whose arguments the body is; nil where the body names the functions.
    func read(_ body: String, of name: String? = nil) -> [Call]? {
        if let name { return call(named: name, arguments: body).map { [$0] } }
        return switch dialect.form {
        case .objects, .bare: objects(in: body)
        case .list: list(in: body)
        case .named: named(body).map { [$0] }
        case .fenced: fenced(body)
        case .recipients: recipient(body).map { [$0] }
        }
    }

    /// The call that a body begins which was cut off, with its arguments as far as they go.
    func beginning(_ body: String, of name: String?, among names: Set<String>) -> Call? {
        if let name { return Call(name: name, arguments: body.trimmed) }
        guard let name = names.first(where: { body.contains("\"\($0)\"") }) else { return nil }
        guard let mark = body.firstRange(of: "\"\(dialect.argumentsKey)\"") else {
            return Call(name: name, arguments: "")
        }
        let rest = body[mark.upperBound...].drop { $0 == ":" || $0.isWhitespace }
        return Call(name: name, arguments: String(rest))
    }

    private func objects(in body: String) -> [Call]? {
        let pieces = Self.jsonPieces(in: body)
        guard !pieces.isEmpty else { return nil }
        var calls: [Call] = []
        for piece in pieces {
            guard let value = try? JSONValue(parsing: Array(piece.utf8)) else { return nil }
            for entry in value.array ?? [value] {
                guard let call = call(entry) else { return nil }
                calls.append(call)
            }
        }
        return calls
    }

    private func list(in body: String) -> [Call]? {
        let first = body.unicodeScalars.first { !$0.properties.isWhitespace }
        if first == "[" || first == "{" || first == "`" { return objects(in: body) }
        // `NAME[ARGS]{…}`, several times, as later Mistral models write.
        var calls: [Call] = []
        var rest = Substring(body)
        while let brace = rest.firstIndex(of: "{") {
            guard let piece = Self.jsonPieces(in: String(rest[brace...])).first else { return nil }
            var name = String(rest[..<brace])
            if let mark = name.firstRange(of: "[ARGS]") { name = String(name[..<mark.lowerBound]) }
            guard let call = call(named: name, arguments: String(piece)) else { return nil }
            calls.append(call)
            rest = rest[rest.index(brace, offsetBy: piece.count)...]
            if let mark = rest.firstRange(of: dialect.opening) { rest = rest[mark.upperBound...] }
        }
        return calls.isEmpty ? nil : calls
    }

    private func named(_ body: String) -> Call? {
        guard let end = body.firstIndex(of: ">") else { return nil }
        return call(named: String(body[..<end]), arguments: String(body[body.index(after: end)...]))
    }

    private func fenced(_ body: String) -> [Call]? {
        var calls: [Call] = []
        for part in body.split(separator: "<｜tool▁call▁begin｜>", omittingEmptySubsequences: false).dropFirst() {
            guard let mark = part.firstRange(of: "<｜tool▁sep｜>") else { return nil }
            let rest = part[mark.upperBound...]
            guard let line = rest.firstIndex(of: "\n"), let piece = Self.jsonPieces(in: String(rest[line...])).first,
                let call = call(named: String(rest[..<line]), arguments: String(piece))
            else { return nil }
            calls.append(call)
        }
        return calls.isEmpty ? nil : calls
    }

    private func recipient(_ body: String) -> Call? {
        guard let line = body.firstIndex(of: "\n") else { return nil }
        return call(named: String(body[..<line]), arguments: String(body[line...]))
    }

    private func call(named name: String, arguments: String) -> Call? {
        let name = name.trimmed
        guard !name.isEmpty, let value = try? JSONValue(parsing: Array(arguments.trimmed.utf8)), value.object != nil
        else { return nil }
        return Call(name: name, arguments: value.text)
    }

    private func call(_ value: JSONValue) -> Call? {
        let source = value["function"]?.object == nil ? value : value["function"] ?? value
        guard let name = (source[dialect.nameKey] ?? source["name"])?.string, !name.isEmpty else { return nil }
        let arguments = source[dialect.argumentsKey] ?? source["arguments"] ?? source["parameters"] ?? [:]
        if let text = arguments.string {
            // Some write the arguments as JSON within a string.
            guard (try? JSONValue(parsing: Array(text.utf8)))?.object != nil else { return nil }
            return Call(name: name, arguments: text)
        }
        guard arguments.object != nil else { return nil }
        return Call(name: name, arguments: arguments.text)
    }

    /// The JSON objects and lists in `text`, one after the other; what is between them, such as a fence, is left out.
    static func jsonPieces(in text: String) -> [Substring] {
        var pieces: [Substring] = []
        var depth = 0
        var start: String.Index?
        var isInString = false
        var isEscaped = false
        for index in text.utf8.indices {
            let byte = text.utf8[index]
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\"") where depth > 0: isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if depth == 0 { start = index }
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { continue }
                depth -= 1
                if depth == 0, let first = start { pieces.append(text[first...index]) }
            default: break
            }
        }
        return pieces
    }
}

extension String {
    /// The text without white space at its ends.
    var trimmed: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
