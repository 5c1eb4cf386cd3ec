/// Operators on values, as Python has them; whole numbers that leave 64 bits are an error rather than a trap.
enum Arithmetic {
    static func apply(
        _ operation: Expression.BinaryOperator,
        _ left: Value,
        _ right: Value,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Value {
        if operation == .concatenate {
            try interpreter.charge(walking: left, line: line)
            try interpreter.charge(walking: right, line: line)
            let text = PythonText.string(of: left) + PythonText.string(of: right)
            try interpreter.charge(text.count / 16, line: line)
            return .string(text)
        }
        if let result = try applyToSequences(operation, left, right, in: &interpreter, line: line) { return result }
        if let left = left.integer, let right = right.integer, operation != .divide {
            return try applyToIntegers(operation, left, right, line: line)
        }
        guard let first = left.number, let second = right.number else {
            for case .undefined(let name) in [left, right] {
                throw .template("'\(name)' is undefined, so '\(operation.rawValue)' can't use it", line: line)
            }
            throw .template(
                "'\(operation.rawValue)' does not go with \(left.typeName) and \(right.typeName)",
                line: line
            )
        }
        switch operation {
        case .add: return .double(first + second)
        case .subtract: return .double(first - second)
        case .multiply: return .double(first * second)
        case .power: return .double(power(first, second))
        case .divide, .floorDivide, .modulo, .concatenate:
            guard second != 0 else { throw .template("division by zero", line: line) }
            if operation == .divide { return .double(first / second) }
            let quotient = (first / second).rounded(.down)
            return .double(operation == .floorDivide ? quotient : first - quotient * second)
        }
    }

    private static func applyToSequences(
        _ operation: Expression.BinaryOperator,
        _ left: Value,
        _ right: Value,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Value? {
        switch (operation, left, right) {
        case (.add, .string(let left), .string(let right)):
            try interpreter.charge((left.count + right.count) / 16, line: line)
            return .string(left + right)
        case (.add, .list(let left), .list(let right)):
            try interpreter.charge(left.count + right.count, line: line)
            return .list(left + right)
        case (.add, .tuple(let left), .tuple(let right)):
            try interpreter.charge(left.count + right.count, line: line)
            return .tuple(left + right)
        case (.multiply, .string(let text), .int(let count)), (.multiply, .int(let count), .string(let text)):
            try TemplateString.checkLength(of: text, times: max(count, 0))
            try interpreter.charge(max(count, 0) * text.count / 16, line: line)
            return .string(TemplateString(units: (0..<max(count, 0)).flatMap { _ in text.units }))
        case (.multiply, .list(let values), .int(let count)), (.multiply, .int(let count), .list(let values)):
            let length = max(count, 0).multipliedReportingOverflow(by: values.count)
            guard !length.overflow, length.partialValue <= 1 << 20 else {
                throw .template("a list is too long", line: line)
            }
            try interpreter.charge(length.partialValue, line: line)
            return .list((0..<max(count, 0)).flatMap { _ in values })
        case (.modulo, .string(let format), _):
            try interpreter.charge(walking: right, line: line)
            let values: [Value] = if case .tuple(let members) = right { members } else { [right] }
            return .string(try PythonText.format(format, values, line: line))
        default:
            return nil
        }
    }

    private static func applyToIntegers(
        _ operation: Expression.BinaryOperator,
        _ left: Int,
        _ right: Int,
        line: Int
    ) throws(PromptError) -> Value {
        var result: (partialValue: Int, overflow: Bool)
        switch operation {
        case .add: result = left.addingReportingOverflow(right)
        case .subtract: result = left.subtractingReportingOverflow(right)
        case .multiply: result = left.multipliedReportingOverflow(by: right)
        case .floorDivide, .modulo:
            guard right != 0 else { throw .template("division by zero", line: line) }
            let quotient = left.dividedReportingOverflow(by: right)
            let remainder = left.remainderReportingOverflow(dividingBy: right)
            // Python rounds towards minus infinity.
            let isAdjusted = remainder.partialValue != 0 && (remainder.partialValue < 0) != (right < 0)
            result =
                operation == .floorDivide
                ? (quotient.partialValue - (isAdjusted ? 1 : 0), quotient.overflow)
                : (remainder.partialValue + (isAdjusted ? right : 0), false)
        case .power:
            guard right >= 0 else { return .double(power(Double(left), Double(right))) }
            guard right <= 64 || (-1...1).contains(left) else {
                throw .template("\(left) ** \(right) is out of range", line: line)
            }
            let exponent = (-1...1).contains(left) && right > 64 ? 2 + right % 2 : right
            result = (1, false)
            for _ in 0..<exponent where !result.overflow {
                result = result.partialValue.multipliedReportingOverflow(by: left)
            }
        case .divide, .concatenate:
            preconditionFailure("division and concatenation are handled before")
        }
        guard !result.overflow else { throw .template("a number is out of range", line: line) }
        return .int(result.partialValue)
    }

    /// `base` to a whole or fractional exponent, by repeated squaring where it is whole.
    private static func power(_ base: Double, _ exponent: Double) -> Double {
        guard exponent == exponent.rounded(), abs(exponent) < 4096 else {
            return exponent == 0.5 ? base.squareRoot() : .nan
        }
        var result = 1.0
        var factor = base
        var rest = Int(abs(exponent))
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return exponent < 0 ? 1 / result : result
    }

    static func compare(
        _ comparison: Expression.ComparisonOperator,
        _ left: Value,
        _ right: Value,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Bool {
        try interpreter.charge(comparing: left, right, line: line)
        switch comparison {
        case .equal: return Value.equal(left, right)
        case .notEqual: return !Value.equal(left, right)
        case .isIn: return try contains(right, left, in: &interpreter, line: line)
        case .isNotIn: return !(try contains(right, left, in: &interpreter, line: line))
        case .less, .greaterOrEqual, .greater, .lessOrEqual:
            let isSwapped = comparison == .greater || comparison == .lessOrEqual
            guard let isLess = isSwapped ? Value.less(right, left) : Value.less(left, right) else {
                throw .template(
                    "'\(comparison.rawValue)' does not go with \(left.typeName) and \(right.typeName)",
                    line: line
                )
            }
            return comparison == .less || comparison == .greater ? isLess : !isLess
        }
    }

    private static func contains(
        _ container: Value,
        _ member: Value,
        in interpreter: inout Interpreter,
        line: Int
    ) throws(PromptError) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = member else {
                throw .template("'in' a string needs a string, not a \(member.typeName)", line: line)
            }
            try interpreter.charge(text.count / 16 * (1 + part.count / 16), line: line)
            return text.firstIndex(of: part) != nil
        case .dictionary(let dictionary):
            guard case .string(let key) = member else { return false }
            return dictionary[key] != nil
        default:
            let items = try interpreter.items(of: container, line: line)
            guard let weight = member.weight(limit: interpreter.limits.steps) else { return false }
            try interpreter.charge(items.count * (weight - 1), line: line)
            return items.contains { Value.equal($0, member) }
        }
    }
}
