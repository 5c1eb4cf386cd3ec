/// A value of a template at work, with Python's notions of truth, equality and printing.
enum Value {
    /// A name or key that nobody set; prints as nothing, and fails when looked into.
    case undefined(String)
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(TemplateString)
    case list([Value])
    /// A list that prints in round brackets.
    case tuple([Value])
    case dictionary(ValueDictionary)
    case namespace(Namespace)
    case loop(LoopState)
    case function(Function)

    static func text(_ text: String) -> Value { .string(TemplateString(text)) }

    /// `namespace(…)`: the one value that a template may change in place.
    final class Namespace {
        var members = ValueDictionary()
    }

    /// Something to call: a macro, a global function, or a method with its object.
    struct Function {
        let name: String
        /// Work of one call beyond the statements that it runs, in characters or members.
        var cost = 0
        /// What a method of a list or a dictionary belongs to; none or one, as a value can't lie in itself.
        var objects: [Value] = []
        let call: (inout Interpreter, Arguments) throws(PromptError) -> Value
    }

    /// The arguments of a call, of a filter or of a test.
    struct Arguments {
        var positional: [Value] = []
        var named: [(name: String, value: Value)] = []

        /// The argument at `index`, or by name.
        func value(_ index: Int, _ name: String) -> Value? {
            index < positional.count ? positional[index] : named.first { $0.name == name }?.value
        }
    }
}

/// String keys in the order of their first setting, as a Python dictionary.
struct ValueDictionary {
    private(set) var keys: [TemplateString] = []
    private var values: [TemplateString: Value] = [:]

    var count: Int { keys.count }

    subscript(key: TemplateString) -> Value? {
        get { values[key] }
        set {
            if values[key] == nil, newValue != nil { keys.append(key) }
            if newValue == nil { keys.removeAll { $0 == key } }
            values[key] = newValue
        }
    }

    subscript(key: String) -> Value? {
        get { self[TemplateString(key)] }
        set { self[TemplateString(key)] = newValue }
    }

    /// Keys with their values, in order.
    var items: [(key: TemplateString, value: Value)] {
        keys.map { ($0, values[$0] ?? .none) }
    }
}

extension Value {
    /// Python's truth: empty and zero are false.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .double(let value): value != 0
        case .string(let value): !value.isEmpty
        case .list(let values), .tuple(let values): !values.isEmpty
        case .dictionary(let value): value.count > 0
        case .namespace, .loop, .function: true
        }
    }

    var isUndefined: Bool {
        if case .undefined = self { true } else { false }
    }

    /// The type's name as Python says it, for messages.
    var typeName: String {
        switch self {
        case .undefined: "undefined"
        case .none: "NoneType"
        case .bool: "bool"
        case .int: "int"
        case .double: "float"
        case .string: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dictionary: "dict"
        case .namespace: "namespace"
        case .loop: "loop"
        case .function: "function"
        }
    }

    /// As a number, where Python would take it for one; True is 1.
    var number: Double? {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// As a whole number; True is 1, floats are none.
    var integer: Int? {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .int(let value): value
        default: nil
        }
    }

    /// Python's `==`.
    static func equal(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let left), .string(let right)): return left == right
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            return left.count == right.count && zip(left, right).allSatisfy(equal)
        case (.dictionary(let left), .dictionary(let right)):
            return left.count == right.count
                && left.items.allSatisfy { item in right[item.key].map { equal(item.value, $0) } ?? false }
        case (.namespace(let left), .namespace(let right)): return left === right
        case (.int(let left), .int(let right)): return left == right
        default:
            guard let left = left.number, let right = right.number else { return false }
            return left == right
        }
    }

    /// Python's `<`, or nil where the types have no order.
    static func less(_ left: Value, _ right: Value) -> Bool? {
        switch (left, right) {
        case (.string(let left), .string(let right)): return left.precedes(right)
        case (.int(let left), .int(let right)): return left < right
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            for (left, right) in zip(left, right) where !equal(left, right) { return less(left, right) }
            return left.count < right.count
        default:
            guard let left = left.number, let right = right.number else { return nil }
            return left < right
        }
    }
}

/// The state behind the name `loop` in a `for` body.
final class LoopState {
    let items: [Value]
    let depth: Int
    var index = 0
    var lastChanged: [Value]?
    /// Runs the same loop over other items (`{% for … recursive %}`).
    var recurse: Value.Function?

    init(items: [Value], depth: Int) {
        self.items = items
        self.depth = depth
    }
}
