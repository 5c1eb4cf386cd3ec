/// Evaluation of expressions, as Python and Jinja do it.
extension Interpreter {
    mutating func evaluate(_ expression: Expression) throws(PromptError) -> Value {
        try charge(1, line: expression.line)
        return try descend(line: expression.line) { interpreter throws(PromptError) in
            try interpreter.evaluate(expression, line: expression.line)
        }
    }

    private mutating func evaluate(_ expression: Expression, line: Int) throws(PromptError) -> Value {
        switch expression.kind {
        case .literal(let literal): return literal.value
        case .name(let name): return scope.lookUp(name) ?? .undefined(name)
        case .list(let members): return .list(try evaluate(members))
        case .tuple(let members): return .tuple(try evaluate(members))
        case .dictionary(let pairs): return try evaluateDictionary(pairs)
        case .attribute(let object, let name):
            return try attribute(name, of: try evaluate(object), line: line)
        case .item(let object, let key):
            return try item(try evaluate(key), of: try evaluate(object), line: line)
        case .slice(let object, let start, let stop, let step):
            return try slice(try evaluate(object), start: start, stop: stop, step: step, line: line)
        case .call: return try evaluateCall(expression, caller: nil)
        case .filter(let operand, let filter): return try apply([filter], to: try evaluate(operand))
        case .test(let operand, let name, let arguments, let isNegated):
            let value = try evaluate(operand)
            let operands = try evaluate(arguments)
            let result = try TemplateTests.evaluate(name, value, operands, in: &self, line: line)
            return .bool(result != isNegated)
        case .conditional(let condition, let then, let otherwise):
            if try evaluate(condition).isTrue { return try evaluate(then) }
            guard let otherwise else { return .undefined("an if without else") }
            return try evaluate(otherwise)
        case .and(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? try evaluate(right) : value
        case .or(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? value : try evaluate(right)
        case .not(let operand): return .bool(!(try evaluate(operand).isTrue))
        case .negative(let operand):
            return try Arithmetic.apply(.subtract, .int(0), try evaluate(operand), in: &self, line: line)
        case .positive(let operand):
            return try Arithmetic.apply(.add, .int(0), try evaluate(operand), in: &self, line: line)
        case .binary(let operation, let left, let right):
            return try Arithmetic.apply(operation, try evaluate(left), try evaluate(right), in: &self, line: line)
        case .comparison(let first, let rest): return try evaluateComparison(first, rest, line: line)
        }
    }

    private mutating func evaluate(_ members: [Expression]) throws(PromptError) -> [Value] {
        var values: [Value] = []
        for member in members { values.append(try evaluate(member)) }
        return values
    }

    private mutating func evaluateDictionary(
        _ pairs: [(key: Expression, value: Expression)]
    ) throws(PromptError) -> Value {
        var dictionary = ValueDictionary()
        for pair in pairs {
            guard case .string(let key) = try evaluate(pair.key) else {
                throw .template("a dictionary's keys must be strings", line: pair.key.line)
            }
            dictionary[key] = try evaluate(pair.value)
        }
        return .dictionary(dictionary)
    }

    mutating func evaluate(_ arguments: [Expression.Argument]) throws(PromptError) -> Value.Arguments {
        var result = Value.Arguments()
        for argument in arguments {
            let value = try evaluate(argument.value)
            switch argument.form {
            case .positional: result.positional.append(value)
            case .named(let name): result.named.append((name, value))
            case .spread: result.positional += try items(of: value, line: argument.value.line)
            case .spreadNamed:
                guard case .dictionary(let dictionary) = value else {
                    throw .template("** needs a dictionary", line: argument.value.line)
                }
                result.named += dictionary.items.map { ($0.key.text, $0.value) }
            }
        }
        return result
    }

    /// Calls; `caller` is the body of a `{% call %}` block.
    mutating func evaluateCall(_ expression: Expression, caller: Value?) throws(PromptError) -> Value {
        guard case .call(let callee, let arguments) = expression.kind else { return try evaluate(expression) }
        let line = expression.line
        let target = try evaluate(callee)
        var evaluated = try evaluate(arguments)
        if let caller { evaluated.named.append(("caller", caller)) }
        switch target {
        case .function(let function):
            return try call(function, evaluated, line: line)
        case .loop(let loop):
            guard let recurse = loop.recurse else { throw .template("this loop is not recursive", line: line) }
            return try call(recurse, evaluated, line: line)
        case .undefined(let name):
            throw .template("'\(name)' is undefined, so it can't be called", line: line)
        default:
            throw .template("a \(target.typeName) can't be called", line: line)
        }
    }

    private mutating func call(
        _ function: Value.Function,
        _ arguments: Value.Arguments,
        line: Int
    ) throws(PromptError) -> Value {
        try charge(8 + function.cost / 16, line: line)
        for value in arguments.positional + arguments.named.map(\.value) { try checkKeeping(value, line: line) }
        do {
            return try function.call(&self, arguments)
        } catch {
            throw error.at(line: line)
        }
    }

    mutating func apply(_ filters: [FilterCall], to value: Value) throws(PromptError) -> Value {
        var value = value
        for filter in filters {
            let arguments = try evaluate(filter.arguments)
            for value in arguments.positional + arguments.named.map(\.value) {
                try charge(walking: value, line: filter.line)
            }
            do {
                value = try TemplateFilters.apply(filter.name, value, arguments, in: &self, line: filter.line)
            } catch {
                throw error.at(line: filter.line)
            }
        }
        return value
    }

    private mutating func evaluateComparison(
        _ first: Expression,
        _ rest: [(Expression.ComparisonOperator, Expression)],
        line: Int
    ) throws(PromptError) -> Value {
        var left = try evaluate(first)
        for (comparison, operand) in rest {
            let right = try evaluate(operand)
            guard try Arithmetic.compare(comparison, left, right, in: &self, line: line) else { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    // MARK: Looking into values

    /// What a loop over `value` sees; charged by its length.
    mutating func items(of value: Value, line: Int) throws(PromptError) -> [Value] {
        let items: [Value]
        switch value {
        case .list(let values), .tuple(let values): items = values
        case .string(let text): items = text.units.map { .string(TemplateString(units: [$0])) }
        case .dictionary(let dictionary): items = dictionary.keys.map { .string($0) }
        case .undefined: items = []
        default: throw .template("a \(value.typeName) can't be looped over", line: line)
        }
        try charge(items.count, line: line)
        return items
    }

    /// `object.name`: methods first, then items.
    func attribute(_ name: String, of object: Value, line: Int) throws(PromptError) -> Value {
        switch object {
        case .undefined(let missing):
            throw .template("'\(missing)' is undefined, so it has no '\(name)'", line: line)
        case .dictionary(let dictionary):
            return DictionaryMethods.method(name, of: dictionary) ?? dictionary[name] ?? .undefined(name)
        case .namespace(let namespace):
            return namespace.members[name] ?? .undefined(name)
        case .string(let text):
            return StringMethods.method(name, of: text) ?? .undefined(name)
        case .list(let values), .tuple(let values):
            return ListMethods.method(name, of: values) ?? .undefined(name)
        case .loop(let loop):
            return loop.attribute(name) ?? .undefined(name)
        default:
            return .undefined(name)
        }
    }

    /// `object[key]`: items first, then methods.
    func item(_ key: Value, of object: Value, line: Int) throws(PromptError) -> Value {
        switch (object, key) {
        case (.undefined(let missing), _):
            throw .template("'\(missing)' is undefined, so nothing can be looked up in it", line: line)
        case (.list(let values), _), (.tuple(let values), _):
            guard let index = key.integer else { break }
            let position = index < 0 ? values.count + index : index
            return values.indices.contains(position) ? values[position] : .undefined("item \(index)")
        case (.string(let text), _):
            guard let index = key.integer else { break }
            let position = index < 0 ? text.count + index : index
            guard position >= 0, position < text.count else { return .undefined("character \(index)") }
            return .string(text[position..<position + 1])
        case (.dictionary(let dictionary), .string(let name)):
            if let value = dictionary[name] { return value }
        default: break
        }
        guard case .string(let name) = key else { return .undefined("item") }
        return try attribute(name.text, of: object, line: line)
    }

    private mutating func slice(
        _ object: Value,
        start: Expression?,
        stop: Expression?,
        step: Expression?,
        line: Int
    ) throws(PromptError) -> Value {
        func bound(_ expression: Expression?, _ interpreter: inout Interpreter) throws(PromptError) -> Int? {
            guard let expression else { return nil }
            let value = try interpreter.evaluate(expression)
            if case .none = value { return nil }
            guard let number = value.integer else { throw .template("a slice needs whole numbers", line: line) }
            return number
        }
        let bounds = (try bound(start, &self), try bound(stop, &self), try bound(step, &self) ?? 1)
        guard bounds.2 != 0 else { throw .template("a slice's step can't be 0", line: line) }
        func indices(_ count: Int) -> [Int] { Self.indices(count, start: bounds.0, stop: bounds.1, step: bounds.2) }
        switch object {
        case .list(let values):
            try charge(values.count, line: line)
            return .list(indices(values.count).map { values[$0] })
        case .tuple(let values):
            try charge(values.count, line: line)
            return .tuple(indices(values.count).map { values[$0] })
        case .string(let text):
            try charge(text.count / 16, line: line)
            return .string(TemplateString(units: indices(text.count).map { text.units[$0] }))
        case .undefined(let name):
            throw .template("'\(name)' is undefined, so it can't be sliced", line: line)
        default:
            throw .template("a \(object.typeName) can't be sliced", line: line)
        }
    }

    /// The positions that Python's `[start:stop:step]` picks out of `count`.
    private static func indices(_ count: Int, start: Int?, stop: Int?, step: Int) -> [Int] {
        func clamped(_ bound: Int, low: Int, high: Int) -> Int {
            min(max(bound < 0 ? bound + count : bound, low), high)
        }
        if step > 0 {
            let first = start.map { clamped($0, low: 0, high: count) } ?? 0
            let last = stop.map { clamped($0, low: 0, high: count) } ?? count
            return first < last ? Array(Swift.stride(from: first, to: last, by: step)) : []
        }
        let first = start.map { clamped($0, low: -1, high: count - 1) } ?? count - 1
        let last = stop.map { clamped($0, low: -1, high: count - 1) } ?? -1
        return first > last ? Array(Swift.stride(from: first, to: last, by: step)) : []
    }
}
