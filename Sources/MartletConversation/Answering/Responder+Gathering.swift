import FoundationEssentials
import Logging

extension Responder {
    /// The longest that is waited for further parts, however many come.
    private static let longestGathering: Duration = .seconds(5)

    /// Takes in the parts of a question that other calls have accepted, for a process that lives for one call.
    ///
    /// Whoever's turn comes finds in the store what everybody accepted by then, so all calls of a burst agree on its first part; the
    /// claim to that one decides who answers, and the others' parts end with it.
    func gather(_ control: AnswerControl) async throws {
        let end = ContinuousClock.now + Self.longestGathering
        while true {
            let known = control.incoming
            var waiting = try await store.waitingEvents(in: known.place)
            let missing = known.parts.filter { part in !waiting.contains { $0.id == part.id } }
            waiting = (waiting + missing).sorted { $0.id.update < $1.id.update }
            let whole = BurstCollector.question(with: known.id, among: waiting)
            guard let whole, whole.parts.count > known.parts.count else { return }
            control.adopt(whole)
            guard let last = whole.parts.last, let pause = settings.burstPauses.pause(after: last), .now < end else {
                return
            }
            try await Task.sleep(for: pause)
        }
    }
}
