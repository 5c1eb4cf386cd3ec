/// Filters of lists, dictionaries and anything else that can be looped over.
extension TemplateFilters {
    static func applyToSequence(
        _ name: String,
        _ value: Value,
        _ arguments: Value.Arguments,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Value? {
        switch name {
        case "length", "count": return .int(try length(of: value, line: line))
        case "items":
            if value.isUndefined { return .list([]) }
            guard case .dictionary(let dictionary) = value else { throw .template("items needs a mapping", line: line) }
            return .list(dictionary.items.map { .tuple([.string($0.key), $0.value]) })
        case "attr":
            return try interpreter.attribute(string(arguments.positional.first), of: value, line: line)
        case "dictsort": return try sortedDictionary(value, arguments, line: line)
        case "reverse":
            if case .string(let text) = value { return .string(TemplateString(units: text.units.reversed())) }
            return .list(try interpreter.items(of: value, line: line).reversed())
        case "first", "last":
            let items = try interpreter.items(of: value, line: line)
            return (name == "first" ? items.first : items.last) ?? .undefined("the \(name) item")
        case "list": return .list(try interpreter.items(of: value, line: line))
        case "join": return try join(value, arguments, in: &interpreter, line: line)
        case "map": return try map(value, arguments, in: &interpreter, line: line)
        case "select", "reject", "selectattr", "rejectattr":
            return try select(name, value, arguments, in: &interpreter, line: line)
        case "sum": return try sum(value, arguments, in: &interpreter, line: line)
        case "sort", "unique", "min", "max", "groupby":
            return try order(name, value, arguments, in: &interpreter, line: line)
        case "batch", "slice": return try chunks(name, value, arguments, in: &interpreter, line: line)
        default: return nil
        }
    }

    private static func string(_ value: Value?) throws(PromptError) -> String {
        try StringMethods.string(value, for: "this filter").text
    }

    private static func length(of value: Value, line: Int) throws(PromptError) -> Int {
        switch value {
        case .string(let text): return text.count
        case .list(let values), .tuple(let values): return values.count
        case .dictionary(let dictionary): return dictionary.count
        case .undefined: return 0
        default: throw .template("a \(value.typeName) has no length", line: line)
        }
    }

    /// The value at a path such as `function.name` or `0`; missing parts are undefined.
    private static func value(
        at path: Value,
        of object: Value,
        in interpreter: Interpreter,
        line: Int
    ) throws(PromptError) -> Value {
        if let index = path.integer { return try interpreter.item(.int(index), of: object, line: line) }
        var current = object
        for part in try string(path).split(separator: ".", omittingEmptySubsequences: false) {
            let key: Value = Int(part).map { .int($0) } ?? .text(String(part))
            current = try interpreter.item(key, of: current, line: line)
        }
        return current
    }

    private static func join(
        _ value: Value,
        _ arguments: Value.Arguments,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Value {
        let separator = arguments.value(0, "d").map { PythonText.string(of: $0) } ?? TemplateString()
        let items = try interpreter.items(of: value, line: line)
        try TemplateString.checkLength(of: separator, times: items.count)
        var result = TemplateString()
        for (index, item) in items.enumerated() {
            if index > 0 { result.append(separator) }
            if let path = arguments.value(1, "attribute") {
                result.append(PythonText.string(of: try self.value(at: path, of: item, in: interpreter, line: line)))
            } else {
                result.append(PythonText.string(of: item))
            }
            try interpreter.charge(result.count / 65_536, line: line)
        }
        try interpreter.charge(result.count / 16, line: line)
        return .string(result)
    }

    private static func map(
        _ value: Value,
        _ arguments: Value.Arguments,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Value {
        guard value.isTrue else { return .list([]) }
        var results: [Value] = []
        let attribute = arguments.named.first { $0.name == "attribute" }?.value
        let fallback = arguments.named.first { $0.name == "default" }?.value
        for item in try interpreter.items(of: value, line: line) {
            if let attribute {
                let found = try self.value(at: attribute, of: item, in: interpreter, line: line)
                results.append(found.isUndefined ? fallback ?? found : found)
            } else {
                let rest = Value.Arguments(
                    positional: Array(arguments.positional.dropFirst()),
                    named: arguments.named
                )
                let filter = try string(arguments.positional.first)
                results.append(try apply(filter, item, rest, in: &interpreter, line: line))
            }
        }
        return .list(results)
    }

    private static func select(
        _ name: String,
        _ value: Value,
        _ arguments: Value.Arguments,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Value {
        guard value.isTrue else { return .list([]) }
        let usesAttribute = name.hasSuffix("attr")
        let keeps = name.hasPrefix("select")
        let rest = arguments.positional.dropFirst(usesAttribute ? 1 : 0)
        var results: [Value] = []
        for item in try interpreter.items(of: value, line: line) {
            let subject =
                usesAttribute
                ? try self.value(at: arguments.positional.first ?? .none, of: item, in: interpreter, line: line) : item
            let passes: Bool
            if let test = rest.first {
                let operands = Value.Arguments(positional: Array(rest.dropFirst()), named: arguments.named)
                passes = try TemplateTests.evaluate(
                    try string(test),
                    subject,
                    operands,
                    in: &interpreter,
                    line: line
                )
            } else {
                passes = subject.isTrue
            }
            if passes == keeps { results.append(item) }
        }
        return .list(results)
    }

    private static func sum(
        _ value: Value,
        _ arguments: Value.Arguments,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Value {
        var total = arguments.value(1, "start") ?? .int(0)
        for item in try interpreter.items(of: value, line: line) {
            let part =
                if let path = arguments.value(0, "attribute") {
                    try self.value(at: path, of: item, in: interpreter, line: line)
                } else { item }
            total = try Arithmetic.apply(.add, total, part, in: &interpreter, line: line)
        }
        return total
    }

    /// What items are compared by: their attribute where one is named, strings without case unless asked.
    private static func keys(
        of items: [Value],
        attribute: Value?,
        isCaseSensitive: Bool,
        in interpreter: Interpreter,
        line: Int
    ) throws(PromptError) -> [Value] {
        var keys: [Value] = []
        for item in items {
            var key = item
            if let attribute { key = try value(at: attribute, of: item, in: interpreter, line: line) }
            if !isCaseSensitive, case .string(let text) = key {
                key = .string(text.mapScalars(\.properties.lowercaseMapping))
            }
            keys.append(key)
        }
        return keys
    }

    private static func order(
        _ name: String,
        _ value: Value,
        _ arguments: Value.Arguments,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Value {
        let items = try interpreter.items(of: value, line: line)
        let attributeIndex = ["sort": 2, "unique": 1, "min": 1, "max": 1, "groupby": 0][name] ?? 0
        let caseIndex = ["sort": 1, "groupby": 2][name] ?? 0
        let keys = try keys(
            of: items,
            attribute: arguments.value(attributeIndex, "attribute"),
            isCaseSensitive: arguments.value(caseIndex, "case_sensitive")?.isTrue ?? false,
            in: interpreter,
            line: line
        )
        if name == "unique" {
            var kept: [Int] = []
            for index in items.indices {
                try interpreter.charge(kept.count * (keys[index].weight(limit: 1 << 10) ?? 1 << 10), line: line)
                if !kept.contains(where: { Value.equal(keys[$0], keys[index]) }) { kept.append(index) }
            }
            return .list(kept.map { items[$0] })
        }
        let isReversed = name == "sort" && arguments.value(0, "reverse")?.isTrue ?? false
        let ranked = try ranked(keys, isReversed: isReversed, line: line)
        switch name {
        case "min": return ranked.first.map { items[$0] } ?? .undefined("the least item")
        case "max":
            guard let last = ranked.last else { return .undefined("the greatest item") }
            let first = ranked.first { Value.equal(keys[$0], keys[last]) } ?? last
            return items[first]
        case "groupby":
            var groups: [(key: Value, items: [Value])] = []
            for index in ranked {
                if let last = groups.last, Value.equal(last.key, keys[index]) {
                    groups[groups.count - 1].items.append(items[index])
                } else {
                    groups.append((keys[index], [items[index]]))
                }
            }
            return .list(groups.map { .tuple([$0.key, .list($0.items)]) })
        default: return .list(ranked.map { items[$0] })
        }
    }

    /// Indices in the order of their keys; equal keys keep their order.
    private static func ranked(_ keys: [Value], isReversed: Bool, line: Int) throws(PromptError) -> [Int] {
        for (left, right) in zip(keys, keys.dropFirst()) where Value.less(left, right) == nil {
            throw .template("a \(left.typeName) and a \(right.typeName) have no order", line: line)
        }
        return keys.indices.sorted { left, right in
            let isLess = Value.less(keys[left], keys[right]) ?? false
            let isGreater = Value.less(keys[right], keys[left]) ?? false
            if isLess == isGreater { return left < right }
            return isReversed ? isGreater : isLess
        }
    }

    private static func sortedDictionary(
        _ value: Value,
        _ arguments: Value.Arguments,
        line: Int
    ) throws(PromptError) -> Value {
        guard case .dictionary(let dictionary) = value else { throw .template("dictsort needs a mapping", line: line) }
        let items = dictionary.items
        let isByValue = arguments.value(1, "by").map { PythonText.string(of: $0).text } == "value"
        let isCaseSensitive = arguments.value(0, "case_sensitive")?.isTrue ?? false
        let keys = items.map { item -> Value in
            let key = isByValue ? item.value : .string(item.key)
            if !isCaseSensitive, case .string(let text) = key {
                return .string(text.mapScalars(\.properties.lowercaseMapping))
            }
            return key
        }
        let order = try ranked(keys, isReversed: arguments.value(2, "reverse")?.isTrue ?? false, line: line)
        return .list(order.map { .tuple([.string(items[$0].key), items[$0].value]) })
    }

    private static func chunks(
        _ name: String,
        _ value: Value,
        _ arguments: Value.Arguments,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Value {
        let items = try interpreter.items(of: value, line: line)
        guard let count = arguments.positional.first?.integer, (1...100_000).contains(count) else {
            throw .template("\(name) needs a count of at least 1", line: line)
        }
        let filler = arguments.value(1, "fill_with")
        if name == "batch" {
            return .list(
                stride(from: 0, to: items.count, by: count).map { start in
                    var chunk = Array(items[start..<min(start + count, items.count)])
                    if let filler { chunk += Array(repeating: filler, count: count - chunk.count) }
                    return .list(chunk)
                }
            )
        }
        let base = items.count / count
        let extra = items.count % count
        var start = 0
        return .list(
            (0..<count).map { index in
                let size = base + (index < extra ? 1 : 0)
                defer { start += size }
                var chunk = Array(items[start..<start + size])
                if let filler, index >= extra, extra > 0 { chunk.append(filler) }
                return .list(chunk)
            }
        )
    }
}
