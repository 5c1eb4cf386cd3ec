/// A step that changes scores before candidates are taken from them; it touches few tokens.
package protocol ScoreStep {
    /// Changes `scores`, `[V]`, given the tokens so far, prompt included, the latest last.
    mutating func apply(to scores: UnsafeMutableBufferPointer<Float>, history: ArraySlice<Int32>)
}

/// A step that leaves out candidates, or changes how likely they are.
package protocol CandidateStep {
    /// Works on `candidates`, of which at least one is left afterwards.
    ///
    /// - Parameter random: The source of every random decision.
    mutating func apply(to candidates: inout Candidates, random: inout RandomGenerator)
}
