/// Methods of dictionaries; those that would change one are missing, as in a sandbox.
enum DictionaryMethods {
    static func method(_ name: String, of dictionary: ValueDictionary) -> Value? {
        unbound(name, of: dictionary)?.bound(to: .dictionary(dictionary))
    }

    private static func unbound(_ name: String, of dictionary: ValueDictionary) -> Value? {
        switch name {
        case "items":
            makeMethod(name) { _ in .list(dictionary.items.map { .tuple([.string($0.key), $0.value]) }) }
        case "keys": makeMethod(name) { _ in .list(dictionary.keys.map { .string($0) }) }
        case "values": makeMethod(name) { _ in .list(dictionary.items.map(\.value)) }
        case "copy": makeMethod(name) { _ in .dictionary(dictionary) }
        case "get":
            makeMethod(name) { arguments throws(PromptError) in
                let fallback = arguments.value(1, "default") ?? .none
                guard case .string(let key)? = arguments.positional.first else { return fallback }
                return dictionary[key] ?? fallback
            }
        default: nil
        }
    }
}

/// Methods of lists and tuples.
enum ListMethods {
    static func method(_ name: String, of values: [Value]) -> Value? {
        unbound(name, of: values)?.bound(to: .list(values))
    }

    private static func unbound(_ name: String, of values: [Value]) -> Value? {
        // Both compare with every member; a list that is too heavy to be weighed is too heavy for that.
        var cost: Int { 16 * (Value.list(values).weight(limit: 1 << 22) ?? 1 << 26) }
        return switch name {
        case "index":
            makeMethod(name, cost: cost) { arguments throws(PromptError) in
                let wanted = arguments.positional.first ?? .none
                guard let index = values.firstIndex(where: { Value.equal($0, wanted) }) else {
                    throw .template("a value is not in the list", line: 0)
                }
                return .int(index)
            }
        case "count":
            makeMethod(name, cost: cost) { arguments in
                let wanted = arguments.positional.first ?? .none
                return .int(values.count { Value.equal($0, wanted) })
            }
        case "copy": makeMethod(name) { _ in .list(values) }
        default: nil
        }
    }
}

extension LoopState {
    /// `loop.index` and its kin.
    func attribute(_ name: String) -> Value? {
        switch name {
        case "index": .int(index + 1)
        case "index0": .int(index)
        case "revindex": .int(items.count - index)
        case "revindex0": .int(items.count - index - 1)
        case "first": .bool(index == 0)
        case "last": .bool(index == items.count - 1)
        case "length": .int(items.count)
        case "depth": .int(depth)
        case "depth0": .int(depth - 1)
        case "previtem": index > 0 ? items[index - 1] : .undefined("loop.previtem")
        case "nextitem": index + 1 < items.count ? items[index + 1] : .undefined("loop.nextitem")
        case "cycle":
            makeMethod(name) { [index] arguments throws(PromptError) in
                guard !arguments.positional.isEmpty else { throw .template("loop.cycle needs values", line: 0) }
                return arguments.positional[index % arguments.positional.count]
            }
        case "changed":
            makeMethod(name) { arguments in
                let isSame = self.lastChanged.map { Value.equal(.list($0), .list(arguments.positional)) } ?? false
                self.lastChanged = arguments.positional
                return .bool(!isSame)
            }
        default: nil
        }
    }
}

extension Value {
    /// The method with the object that it belongs to.
    fileprivate func bound(to object: Value) -> Value {
        guard case .function(var function) = self else { return self }
        function.objects = [object]
        return .function(function)
    }
}

/// A method that needs nothing but its arguments; `cost` is the length of what it works on.
func makeMethod(
    _ name: String,
    cost: Int = 0,
    _ body: @escaping (Value.Arguments) throws(PromptError) -> Value
) -> Value {
    .function(Value.Function(name: name, cost: cost) { _, arguments throws(PromptError) in try body(arguments) })
}
