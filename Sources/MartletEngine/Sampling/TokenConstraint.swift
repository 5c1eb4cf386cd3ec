/// Says which tokens may come next in an answer that must have a form, such as JSON of a schema.
///
/// A value: a copy can be led along tokens that are only guessed, and thrown away. Whoever chooses tokens asks
/// ``allows(_:)`` for the few that are likely, and ``fillAllowed(_:)`` only where none of these will do, so that a large
/// vocabulary costs little. End-of-generation tokens are none of its business: the engine lets one through where
/// ``canEnd`` says so, and asks about no other.
public protocol TokenConstraint: Sendable {
    /// Whether `token` may come next; false for tokens that stand for no text, such as control tokens.
    ///
    /// Mutating for caches only: asking changes no answer.
    /// - Complexity: Proportional to the token's bytes.
    mutating func allows(_ token: Int32) -> Bool

    /// Adds all tokens that may come next to `allowed`, an empty set over the vocabulary.
    mutating func fillAllowed(_ allowed: inout TokenBitset)

    /// Takes note that `token` was chosen.
    ///
    /// - Precondition: ``allows(_:)`` says true for it.
    mutating func accept(_ token: Int32)

    /// Whether the answer has the form if it ends here.
    var canEnd: Bool { get }

    /// Whether it has the form and nothing may follow, so that the answer ends without asking the model.
    var isComplete: Bool { get }
}
