extension GrammarSource {
    /// A text that ends free text and begins a form, such as `<tool_call>`.
    public struct Trigger: Sendable {
        /// What is watched for; not empty.
        public var text: String
        /// What comes right after it.
        public var form: GrammarSource

        /// Makes a trigger.
        public init(_ text: String, then form: GrammarSource) {
            precondition(!text.isEmpty, "a trigger has a text")
            self.text = text
            self.form = form
        }
    }

    /// Free text up to one of the triggers, then the form that it begins.
    ///
    /// The trigger that ends first counts, and of those that end together the longest. Bytes are free too: a model may
    /// cut characters as it likes.
    /// - Parameters:
    ///   - triggers: What is watched for; without any the text is free to its end.
    ///   - canEnd: Whether the text may end before a trigger has come.
    ///   - repeats: Whether free text goes on after a form, up to the next trigger.
    /// - Complexity: A rule for each byte of the triggers.
    public static func text(upTo triggers: [Trigger], canEnd: Bool, repeats: Bool = false) -> GrammarSource {
        combine(triggers.map(\.form)) { .choice($0) }.replacingRoot { forms, builder in
            let watch = TriggerWatch(triggers.map { Array($0.text.utf8) })
            let states = watch.targets.indices.map { builder.declare("text \($0)") }
            for (state, targets) in watch.targets.enumerated() {
                var sets: [TriggerWatch.Target: ByteSet] = [:]
                var order: [TriggerWatch.Target] = []
                for (byte, target) in targets.enumerated() {
                    if sets[target] == nil { order.append(target) }
                    sets[target, default: ByteSet()].insert(UInt8(byte))
                }
                var parts: [GrammarExpression] = canEnd ? [.empty] : []
                for target in order {
                    let bytes = GrammarExpression.bytes(sets[target] ?? ByteSet())
                    switch target {
                    // What stays in the first state is taken as a run.
                    case .state(0) where state == 0: continue
                    case .state(let next): parts.append(.sequence([bytes, .rule(states[next])]))
                    case .trigger(let index):
                        parts.append(.sequence([bytes, forms[index]] + (repeats ? [.rule(states[0])] : [])))
                    }
                }
                let run = state == 0 ? sets[.state(0)].map { [GrammarExpression.star(.bytes($0))] } ?? [] : []
                builder.define(states[state], .sequence(run + [.choice(parts)]))
            }
            return .rule(states[0])
        }
    }

    /// The form with white space before it, a few characters at most.
    public var afterSpace: GrammarSource {
        let space = GrammarExpression.scalars(ScalarRanges(" \t\r\n".unicodeScalars))
        return GrammarSource(rules: rules, root: .sequence([.repetition(space, minimum: 0, maximum: 8), root]))
    }

    /// The form, or the form with a space before it.
    public var afterOptionalSpace: GrammarSource {
        GrammarSource(rules: rules, root: .sequence([.optional(.text(" ")), root]))
    }

    /// The same rules and more, with another root made from the old one's alternatives.
    private func replacingRoot(
        _ make: ([GrammarExpression], inout GrammarBuilder) -> GrammarExpression
    ) -> GrammarSource {
        guard case .choice(let forms) = root else { return self }
        var builder = GrammarBuilder(rules: rules)
        let root = make(forms, &builder)
        return builder.source(root: root)
    }
}
