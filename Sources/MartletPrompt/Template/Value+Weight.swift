extension Value {
    /// How deep values may lie in each other where one is kept, so that walking and freeing them can't run out of stack.
    static let deepest = 200

    /// The work of walking through the value: what it holds, and a sixteenth of its strings' characters.
    ///
    /// The same value may lie in another many times over, so that a short template writes down what nobody can walk through.
    /// - Returns: nil where it is more than `limit`, or lies deeper than ``deepest``.
    /// - Complexity: O(`limit`).
    func weight(limit: Int) -> Int? {
        var total = 0
        return add(to: &total, limit: limit, depth: Self.deepest) ? total : nil
    }

    /// Adds the value's weight; false where it is too much.
    private func add(to total: inout Int, limit: Int, depth: Int) -> Bool {
        total += 1
        guard depth > 0, total <= limit else { return false }
        switch self {
        case .string(let text):
            total += text.count / 16
            return total <= limit
        case .list(let values), .tuple(let values):
            return values.allSatisfy { $0.add(to: &total, limit: limit, depth: depth - 1) }
        case .dictionary(let dictionary):
            return dictionary.keys.allSatisfy { key in
                total += key.count / 16
                return dictionary[key]?.add(to: &total, limit: limit, depth: depth - 1) ?? true
            }
        case .function(let function):
            return function.objects.allSatisfy { $0.add(to: &total, limit: limit, depth: depth - 1) }
        case .loop(let state):
            return (state.items + (state.lastChanged ?? [])).allSatisfy {
                $0.add(to: &total, limit: limit, depth: depth - 1)
            }
        // What a namespace leads to is freed apart from it: see `Interpreter.Keepsakes`.
        case .undefined, .none, .bool, .int, .double, .namespace: return true
        }
    }
}
