import MartletEngine
import Synchronization

/// A constraint that names the allowed tokens of each place; the answer is complete after the last one.
struct ListConstraint: TokenConstraint {
    /// How often a constraint was asked, its copies included.
    final class Tally: Sendable {
        let asked = Atomic(0)
        let filled = Atomic(0)
    }

    let places: [Set<Int32>]
    /// Places at which the answer may end.
    var ends: Set<Int> = []
    let tally = Tally()
    private var place = 0

    init(_ places: [Set<Int32>], ends: Set<Int> = []) {
        self.places = places
        self.ends = ends
    }

    private var allowed: Set<Int32> { place < places.count ? places[place] : [] }

    func allows(_ token: Int32) -> Bool {
        tally.asked.add(1, ordering: .relaxed)
        return allowed.contains(token)
    }

    func fillAllowed(_ tokens: inout TokenBitset) {
        tally.filled.add(1, ordering: .relaxed)
        for token in allowed { tokens.insert(token) }
    }

    mutating func accept(_ token: Int32) {
        precondition(allowed.contains(token), "a token that isn't allowed was accepted")
        place += 1
    }

    var canEnd: Bool { ends.contains(place) || isComplete }
    var isComplete: Bool { place == places.count }
}
