import MartletCore

extension GenerationRequest {
    /// The request without the older half of its turns, for a provider that finds it too long; system messages and
    /// everything from the last user message on stay.
    ///
    /// The cut is made before a user's message, so that no tool's answer loses its question.
    /// - Returns: nil where nothing can be left out.
    func droppingOldestTurns() -> (request: GenerationRequest, droppedCount: Int)? {
        guard case .messages(let messages) = input else { return nil }
        let turns = messages.indices.filter { messages[$0].role != .system }
        guard let last = turns.last(where: { messages[$0].role == .user }) else { return nil }
        let cuts = turns.dropFirst().filter { messages[$0].role == .user && $0 <= last }
        let middle = turns[turns.count / 2]
        guard let cut = cuts.first(where: { $0 >= middle }) ?? cuts.last else { return nil }
        let kept = messages.indices.filter { messages[$0].role == .system || $0 >= cut }
        var shorter = self
        shorter.input = .messages(kept.map { messages[$0] })
        return (shorter, messages.count - kept.count)
    }
}
