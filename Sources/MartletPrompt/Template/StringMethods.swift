/// Methods of strings, as Python has them; characters keep their origin.
enum StringMethods {
    static func method(_ name: String, of text: TemplateString) -> Value? {
        if let transform = transforms[name] {
            return makeMethod(name, cost: text.count) { _ in .string(transform(text)) }
        }
        if let test = tests[name] {
            return makeMethod(name, cost: text.count) { _ in .bool(test(text)) }
        }
        return searching(name, text) ?? changing(name, text)
    }

    private static func searching(_ name: String, _ text: TemplateString) -> Value? {
        switch name {
        case "startswith", "endswith":
            makeMethod(name, cost: text.count) { arguments throws(PromptError) in
                let candidates: [Value]
                if case .tuple(let values)? = arguments.positional.first {
                    candidates = values
                } else {
                    candidates = Array(arguments.positional.prefix(1))
                }
                for candidate in candidates {
                    let part = try string(candidate, for: name)
                    if name == "startswith" ? text.hasPrefix(part) : text.hasSuffix(part) { return .bool(true) }
                }
                return .bool(false)
            }
        case "find", "index":
            makeMethod(name, cost: text.count) { arguments throws(PromptError) in
                let start = max(0, arguments.value(1, "start")?.integer ?? 0)
                let index = text.firstIndex(of: try string(arguments.positional.first, for: name), from: start)
                guard index != nil || name == "find" else { throw .template("the substring is not found", line: 0) }
                return .int(index ?? -1)
            }
        case "rfind":
            makeMethod(name, cost: text.count) { arguments throws(PromptError) in
                .int(text.lastIndex(of: try string(arguments.positional.first, for: name)) ?? -1)
            }
        case "count":
            makeMethod(name, cost: text.count) { arguments throws(PromptError) in
                let part = try string(arguments.positional.first, for: name)
                return .int(part.isEmpty ? text.count + 1 : split(text, at: part, limit: nil).count - 1)
            }
        default: nil
        }
    }

    private static func changing(_ name: String, _ text: TemplateString) -> Value? {
        switch name {
        case "strip", "lstrip", "rstrip":
            makeMethod(name, cost: text.count) { arguments throws(PromptError) in
                let characters: TemplateString? =
                    if let argument = arguments.positional.first, !isNone(argument) {
                        try string(argument, for: name)
                    } else { nil }
                return .string(strip(text, characters, leading: name != "rstrip", trailing: name != "lstrip"))
            }
        case "split", "rsplit":
            makeMethod(name, cost: text.count) { arguments throws(PromptError) in
                let limit = arguments.value(1, "maxsplit")?.integer
                let bound = limit.flatMap { $0 < 0 ? nil : $0 }
                guard let separator = arguments.value(0, "sep"), !isNone(separator) else {
                    return .list(splitAtWhitespace(text, limit: bound, fromEnd: name == "rsplit").map { .string($0) })
                }
                let part = try string(separator, for: name)
                guard !part.isEmpty else { throw .template("the separator of split is empty", line: 0) }
                let pieces =
                    name == "split" ? split(text, at: part, limit: bound) : splitFromEnd(text, at: part, limit: bound)
                return .list(pieces.map { .string($0) })
            }
        case "splitlines": makeMethod(name, cost: text.count) { _ in .list(lines(of: text).map { .string($0) }) }
        case "replace":
            makeMethod(name, cost: text.count) { arguments throws(PromptError) in
                let old = try string(arguments.value(0, "old"), for: name)
                let new = try string(arguments.value(1, "new"), for: name)
                let limit = arguments.value(2, "count")?.integer.flatMap { $0 < 0 ? nil : $0 }
                try TemplateString.checkLength(of: new, times: text.count + 1)
                return .string(text.replacing(old, with: new, limit: limit ?? .max))
            }
        case "join":
            makeMethod(name, cost: text.count) { arguments throws(PromptError) in
                let values: [Value]
                switch arguments.positional.first {
                case .list(let members)?, .tuple(let members)?: values = members
                default: throw .template("join needs a list of strings", line: 0)
                }
                try TemplateString.checkLength(of: text, times: values.count)
                var result = TemplateString()
                for (index, value) in values.enumerated() {
                    if index > 0 { result.append(text) }
                    result.append(try string(value, for: name))
                }
                return .string(result)
            }
        case "removeprefix", "removesuffix":
            makeMethod(name, cost: text.count) { arguments throws(PromptError) in
                let part = try string(arguments.positional.first, for: name)
                if name == "removeprefix" {
                    return .string(text.hasPrefix(part) ? text[part.count..<text.count] : text)
                }
                return .string(text.hasSuffix(part) ? text[0..<text.count - part.count] : text)
            }
        case "partition", "rpartition":
            makeMethod(name, cost: text.count) { arguments throws(PromptError) in
                let part = try string(arguments.positional.first, for: name)
                let found = name == "partition" ? text.firstIndex(of: part) : text.lastIndex(of: part)
                let empty = Value.string(TemplateString())
                guard let index = found else {
                    return .tuple(name == "partition" ? [.string(text), empty, empty] : [empty, empty, .string(text)])
                }
                return .tuple([
                    .string(text[0..<index]), .string(part), .string(text[index + part.count..<text.count]),
                ])
            }
        case "zfill", "ljust", "rjust", "center":
            makeMethod(name, cost: text.count) { arguments throws(PromptError) in
                let width = min(arguments.positional.first?.integer ?? 0, 100_000)
                let fill = arguments.positional.count > 1 ? try string(arguments.positional[1], for: name).text : " "
                return .string(pad(text, name, width: width, fill: name == "zfill" ? "0" : fill))
            }
        case "format":
            makeMethod(name, cost: text.count) { arguments throws(PromptError) in .string(try format(text, arguments)) }
        default: nil
        }
    }

    private static let transforms: [String: @Sendable (TemplateString) -> TemplateString] = [
        "lower": { $0.mapScalars(\.properties.lowercaseMapping) },
        "casefold": { $0.mapScalars(\.properties.lowercaseMapping) },
        "upper": { $0.mapScalars(\.properties.uppercaseMapping) },
        "title": { title($0) },
        "capitalize": { capitalize($0) },
        "swapcase": {
            $0.mapScalars {
                $0.properties.isUppercase ? $0.properties.lowercaseMapping : $0.properties.uppercaseMapping
            }
        },
    ]

    private static let tests: [String: @Sendable (TemplateString) -> Bool] = [
        "isspace": { all($0) { TemplateString.isWhitespace($0.value) } },
        "isdigit": { all($0) { $0.properties.numericType == .decimal || $0.properties.numericType == .digit } },
        "isnumeric": { all($0) { $0.properties.numericType != nil } },
        "isalpha": { all($0) { isLetter($0) } },
        "isalnum": { all($0) { isLetter($0) || $0.properties.numericType != nil } },
        "islower": { text in
            text.text.unicodeScalars.contains { $0.properties.isCased }
                && text.text.unicodeScalars.allSatisfy { !$0.properties.isUppercase }
        },
        "isupper": { text in
            text.text.unicodeScalars.contains { $0.properties.isCased }
                && text.text.unicodeScalars.allSatisfy { !$0.properties.isLowercase }
        },
    ]

    private static func all(_ text: TemplateString, _ test: (Unicode.Scalar) -> Bool) -> Bool {
        !text.isEmpty && text.text.unicodeScalars.allSatisfy(test)
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    private static func isNone(_ value: Value) -> Bool {
        if case .none = value { true } else { false }
    }

    static func string(_ value: Value?, for name: String) throws(PromptError) -> TemplateString {
        guard case .string(let text)? = value else {
            throw .template("\(name) needs a string, not \(value.map { "a " + $0.typeName } ?? "nothing")", line: 0)
        }
        return text
    }

    static func strip(
        _ text: TemplateString,
        _ characters: TemplateString?,
        leading: Bool,
        trailing: Bool
    ) -> TemplateString {
        guard let characters else {
            return text.trimmed(leading: leading, trailing: trailing, where: TemplateString.isWhitespace)
        }
        let set = Set(characters.units.map { $0 & ~TemplateString.contentFlag })
        return text.trimmed(leading: leading, trailing: trailing) { set.contains($0) }
    }

    static func capitalize(_ text: TemplateString) -> TemplateString {
        guard !text.isEmpty else { return text }
        return text[0..<1].mapScalars(\.properties.titlecaseMapping)
            + text[1..<text.count].mapScalars(\.properties.lowercaseMapping)
    }

    static func title(_ text: TemplateString) -> TemplateString {
        var isAfterLetter = false
        return text.mapScalars { scalar in
            defer { isAfterLetter = scalar.properties.isCased }
            return isAfterLetter ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
        }
    }

    static func split(_ text: TemplateString, at separator: TemplateString, limit: Int?) -> [TemplateString] {
        var pieces: [TemplateString] = []
        var start = 0
        while pieces.count < limit ?? .max, let index = text.firstIndex(of: separator, from: start) {
            pieces.append(text[start..<index])
            start = index + separator.count
        }
        pieces.append(text[start..<text.count])
        return pieces
    }

    private static func splitFromEnd(
        _ text: TemplateString,
        at separator: TemplateString,
        limit: Int?
    ) -> [TemplateString] {
        var pieces: [TemplateString] = []
        var end = text.count
        while pieces.count < limit ?? .max, let index = text.lastIndex(of: separator, before: end) {
            pieces.append(text[index + separator.count..<end])
            end = index
        }
        pieces.append(text[0..<end])
        return pieces.reversed()
    }

    private static func splitAtWhitespace(_ text: TemplateString, limit: Int?, fromEnd: Bool) -> [TemplateString] {
        var words: [Range<Int>] = []
        var start: Int?
        for index in 0...text.count {
            let isSpace = index == text.count || TemplateString.isWhitespace(text.scalar(at: index))
            if isSpace, let begin = start {
                words.append(begin..<index)
                start = nil
            } else if !isSpace, start == nil {
                start = index
            }
        }
        guard let limit, words.count > limit + 1 else { return words.map { text[$0] } }
        if fromEnd {
            let kept = words.suffix(limit)
            let end = words[words.count - limit - 1].upperBound
            return [text[0..<end]] + kept.map { text[$0] }
        }
        return words.prefix(limit).map { text[$0] } + [text[words[limit].lowerBound..<text.count]]
    }

    static func lines(of text: TemplateString) -> [TemplateString] {
        var lines: [TemplateString] = []
        var start = 0
        var index = 0
        while index < text.count {
            let scalar = text.scalar(at: index)
            let isBreak = (0x0A...0x0D).contains(scalar) || [0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029].contains(scalar)
            index += 1
            guard isBreak else { continue }
            lines.append(text[start..<index - 1])
            if scalar == 0x0D, index < text.count, text.scalar(at: index) == 0x0A { index += 1 }
            start = index
        }
        if start < text.count { lines.append(text[start..<text.count]) }
        return lines
    }

    private static func pad(_ text: TemplateString, _ name: String, width: Int, fill: String) -> TemplateString {
        let missing = width - text.count
        guard missing > 0, let scalar = fill.unicodeScalars.first else { return text }
        func padding(_ count: Int) -> TemplateString {
            TemplateString(units: Array(repeating: scalar.value, count: count))
        }
        switch name {
        case "ljust": return text + padding(missing)
        case "center":
            let left = missing / 2 + (missing & width & 1)
            return padding(left) + text + padding(missing - left)
        case "zfill" where text.count > 0 && (text.scalar(at: 0) == 0x2B || text.scalar(at: 0) == 0x2D):
            return text[0..<1] + padding(missing) + text[1..<text.count]
        default: return padding(missing) + text
        }
    }

    /// `"{} {0} {name}".format(…)`, without format specifications.
    private static func format(
        _ text: TemplateString,
        _ arguments: Value.Arguments
    ) throws(PromptError) -> TemplateString {
        var result = TemplateString()
        var next = 0
        var index = 0
        while index < text.count {
            let scalar = text.scalar(at: index)
            if scalar == 0x7B || scalar == 0x7D {
                if index + 1 < text.count, text.scalar(at: index + 1) == scalar {
                    result.append(text[index..<index + 1])
                    index += 2
                    continue
                }
                guard scalar == 0x7B, let end = text.firstIndex(of: TemplateString("}"), from: index) else {
                    throw .template("a brace in a format has no partner", line: 0)
                }
                let name = text[index + 1..<end].text
                let value: Value?
                if name.isEmpty {
                    value = next < arguments.positional.count ? arguments.positional[next] : nil
                    next += 1
                } else if let position = Int(name), position >= 0 {
                    value = position < arguments.positional.count ? arguments.positional[position] : nil
                } else {
                    value = arguments.named.first { $0.name == name }?.value
                }
                guard let value else { throw .template("a format names a value that is not given", line: 0) }
                result.append(PythonText.string(of: value))
                try TemplateString.checkLength(of: result, times: 1)
                index = end + 1
            } else {
                result.append(text[index..<index + 1])
                index += 1
            }
        }
        return result
    }
}
