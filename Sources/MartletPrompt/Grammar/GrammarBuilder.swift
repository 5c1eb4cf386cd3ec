/// Collects rules, some of which are referred to before they are defined.
struct GrammarBuilder {
    private(set) var rules: [GrammarSource.Rule]

    /// Begins with rules that are there already.
    init(rules: [GrammarSource.Rule] = []) {
        self.rules = rules
    }

    /// Makes room for a rule, to be defined later; until then it is impossible.
    mutating func declare(_ name: String, isNesting: Bool = false) -> Int {
        // Rules of a schema are called by their place in it.
        let place = name.hasPrefix("#") ? GrammarError.Place.schema(pointer: String(name.dropFirst())) : nil
        rules.append(GrammarSource.Rule(name: name, place: place, body: .impossible, isNesting: isNesting))
        return rules.count - 1
    }

    /// Says what a declared rule stands for, and where that is said.
    mutating func define(_ index: Int, _ body: GrammarExpression, at place: GrammarError.Place? = nil) {
        if let place { rules[index].place = place }
        rules[index].body = body
    }

    /// Adds a rule.
    mutating func add(_ name: String, isNesting: Bool = false, _ body: GrammarExpression) -> Int {
        let index = declare(name, isNesting: isNesting)
        define(index, body)
        return index
    }

    /// The rules with what the whole text is.
    func source(root: GrammarExpression) -> GrammarSource { GrammarSource(rules: rules, root: root) }
}
