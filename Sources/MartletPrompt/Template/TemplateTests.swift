/// The tests of `is`: `x is defined`, `x is divisibleby 3`.
enum TemplateTests {
    static func evaluate(
        _ name: String,
        _ value: Value,
        _ arguments: Value.Arguments,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Bool {
        if let result = typeTest(name, value) { return result }
        func operand() throws(PromptError) -> Value {
            guard let operand = arguments.positional.first else {
                throw .template("the test '\(name)' needs something to compare with", line: line)
            }
            return operand
        }
        func whole(_ value: Value) throws(PromptError) -> Int {
            guard let number = value.integer else {
                throw .template("the test '\(name)' needs whole numbers, not a \(value.typeName)", line: line)
            }
            return number
        }
        func order(
            _ comparison: Expression.ComparisonOperator,
            _ interpreter: inout Interpreter
        ) throws(PromptError) -> Bool {
            try Arithmetic.compare(comparison, value, try operand(), in: &interpreter, line: line)
        }
        switch name {
        case "odd": return try whole(value) % 2 != 0
        case "even": return try whole(value) % 2 == 0
        case "divisibleby":
            let divisor = try whole(try operand())
            guard divisor != 0 else { throw .template("division by zero", line: line) }
            let number = try whole(value)
            return divisor == -1 || number % divisor == 0
        case "eq", "equalto", "==": return try order(.equal, &interpreter)
        case "ne", "!=": return try order(.notEqual, &interpreter)
        case "sameas": return try isSame(value, operand())
        case "lt", "lessthan", "<": return try order(.less, &interpreter)
        case "le", "<=": return try order(.lessOrEqual, &interpreter)
        case "gt", "greaterthan", ">": return try order(.greater, &interpreter)
        case "ge", ">=": return try order(.greaterOrEqual, &interpreter)
        case "in": return try order(.isIn, &interpreter)
        case "filter": return TemplateFilters.names.contains(PythonText.string(of: value).text)
        case "test": return names.contains(PythonText.string(of: value).text)
        default:
            throw .template("there is no test '\(name.prefix(40))'", line: line)
        }
    }

    /// Tests of what a value is; nil where `name` is another test.
    private static func typeTest(_ name: String, _ value: Value) -> Bool? {
        switch (name, value) {
        case ("defined", _): !value.isUndefined
        case ("undefined", _): value.isUndefined
        case ("none", .none), ("string", .string), ("integer", .int), ("float", .double), ("boolean", .bool): true
        case ("mapping", .dictionary), ("number", .int), ("number", .double), ("number", .bool): true
        case ("true", .bool(let value)): value
        case ("false", .bool(let value)): !value
        case ("iterable", .list), ("iterable", .tuple), ("iterable", .dictionary), ("iterable", .string): true
        case ("iterable", .undefined): true
        case ("sequence", .list), ("sequence", .tuple), ("sequence", .dictionary), ("sequence", .string): true
        case ("sequence", .undefined): true
        case ("callable", .function), ("callable", .loop): true
        case ("lower", .string(let text)): isCased(text.text) && text.text == text.text.lowercased()
        case ("upper", .string(let text)): isCased(text.text) && text.text == text.text.uppercased()
        case ("escaped", _): false
        case ("none", _), ("string", _), ("integer", _), ("float", _), ("boolean", _), ("mapping", _), ("number", _),
            ("true", _), ("false", _), ("iterable", _), ("sequence", _), ("callable", _), ("lower", _), ("upper", _):
            false
        default: nil
        }
    }

    private static func isCased(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.properties.isCased }
    }

    private static func isSame(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): left == right
        case (.none, .none): true
        case (.namespace(let left), .namespace(let right)): left === right
        case (.bool, _), (_, .bool): false
        default: left.typeName == right.typeName && Value.equal(left, right)
        }
    }

    static let names: Set<String> = [
        "odd", "even", "divisibleby", "eq", "equalto", "==", "ne", "!=", "sameas", "lt", "lessthan", "<", "le", "<=",
        "gt", "greaterthan", ">", "ge", ">=", "in", "filter", "test", "defined", "undefined", "none", "string",
        "integer", "float", "boolean", "mapping", "number", "true", "false", "iterable", "sequence", "callable",
        "lower", "upper", "escaped",
    ]
}
