/// A constraint at work in one answer, end-of-generation tokens included.
package struct ActiveConstraint {
    private var constraint: any TokenConstraint
    private let endTokens: Set<Int32>
    private var allowed: TokenBitset

    /// Starts at the beginning of an answer.
    package init(_ constraint: any TokenConstraint, endTokens: Set<Int32>, vocabularyCount: Int) {
        self.constraint = constraint
        self.endTokens = endTokens
        allowed = TokenBitset(vocabularyCount: vocabularyCount)
    }

    /// Whether nothing may follow.
    package var isComplete: Bool { constraint.isComplete }

    /// Whether `token` may come next: an end token where the answer may end, another one where the form allows it.
    package mutating func allows(_ token: Int32) -> Bool {
        endTokens.contains(token) ? constraint.canEnd : constraint.allows(token)
    }

    /// Takes note that `token`, which ends nothing, was chosen.
    package mutating func accept(_ token: Int32) {
        constraint.accept(token)
    }

    /// Sets the scores, `[V]`, of all tokens that may not come next to minus infinity.
    package mutating func mask(_ scores: UnsafeMutableBufferPointer<Float>) {
        allowed.removeAll()
        constraint.fillAllowed(&allowed)
        // What the constraint says of end tokens doesn't count.
        for token in endTokens {
            if constraint.canEnd { allowed.insert(token) } else { allowed.remove(token) }
        }
        allowed.mask(scores)
    }
}
