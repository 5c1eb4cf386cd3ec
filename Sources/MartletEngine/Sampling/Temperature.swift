/// Divides scores: below 1 the likely become likelier, above 1 less so.
///
/// - SeeAlso: Ackley, Hinton and Sejnowski 1985, "A Learning Algorithm for Boltzmann Machines".
package struct Temperature: CandidateStep {
    private let divisor: Float

    /// Takes the divisor, above 0.
    package init(divisor: Float) {
        self.divisor = divisor
    }

    package func apply(to candidates: inout Candidates, random: inout RandomGenerator) {
        let highest = candidates.highestLogit
        candidates.withStorage(keepsOrder: true) { all in
            // Differences from the best score: a tiny divisor then gives minus infinity, never infinity minus itself.
            for index in 0..<all.count { all[index].logit = (all[index].logit - highest) / divisor }
        }
    }
}
