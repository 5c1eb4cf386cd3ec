/// What keeps a template from building values that nobody can walk through, compare or free.
extension Interpreter {
    /// Scopes that macros remember, and namespaces.
    ///
    /// They may lead to each other in long chains and in rings: they are kept until the end, and emptied one by one.
    final class Keepsakes {
        var scopes: [Scope] = []
        var namespaces: [Value.Namespace] = []

        func empty() {
            for scope in scopes { scope.values = [:] }
            for namespace in namespaces { namespace.members = ValueDictionary() }
        }
    }

    /// Values that one kept value may hold, and characters by the sixteen.
    private static let greatestWeight = 1 << 20

    /// Charges for work that visits all of `value`, such as printing it.
    mutating func charge(walking value: Value, line: Int) throws(PromptError) {
        switch value {
        case .string(let text): try charge(text.count / 16, line: line)
        case .list, .tuple, .dictionary, .loop, .function:
            guard let weight = value.weight(limit: limits.steps) else { throw Self.tooMuch(line) }
            try charge(weight, line: line)
        case .undefined, .none, .bool, .int, .double, .namespace: break
        }
    }

    /// Charges for a comparison, which ends with the smaller of both.
    mutating func charge(comparing left: Value, _ right: Value, line: Int) throws(PromptError) {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            try charge(min(left.count, right.count) / 16, line: line)
        case (.list, .list), (.tuple, .tuple), (.dictionary, .dictionary):
            let first = right.weight(limit: limits.steps)
            guard let weight = left.weight(limit: first ?? limits.steps) ?? first else { throw Self.tooMuch(line) }
            try charge(weight, line: line)
        default: break
        }
    }

    /// Makes sure that `value` may be kept under a name, from where it could get into the next value, and so on.
    mutating func checkKeeping(_ value: Value, line: Int) throws(PromptError) {
        switch value {
        case .list, .tuple, .dictionary, .loop, .function:
            guard let weight = value.weight(limit: Self.greatestWeight) else { throw Self.tooMuch(line) }
            try charge(weight / 16, line: line)
        case .undefined, .none, .bool, .int, .double, .string, .namespace: break
        }
    }

    private static func tooMuch(_ line: Int) -> PromptError {
        .template("a value holds too much, or lies more than \(Value.deepest) levels deep in others", line: line)
            .recoded(.templateLimit)
    }
}
