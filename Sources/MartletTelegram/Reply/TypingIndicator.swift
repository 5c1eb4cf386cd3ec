import MartletConversation
import Synchronization

/// Shows "typing" whenever nothing visible has changed for a while.
final class TypingIndicator: Sendable {
    private let api: any BotAPICalling
    private let place: MessagePlace
    private let pacing: StreamPacing
    private let state = Mutex<State>(State())

    private struct State {
        var changedAt: ContinuousClock.Instant?
        var isStopped = false
    }

    init(api: any BotAPICalling, place: MessagePlace, pacing: StreamPacing) {
        self.api = api
        self.place = place
        self.pacing = pacing
    }

    /// Notes that something visible changed.
    func noteChange() {
        state.withLock { $0.changedAt = .now }
    }

    /// Shows no more "typing".
    func stop() {
        state.withLock { $0.isStopped = true }
    }

    /// Shows "typing" until it is stopped or cancelled.
    func run() async {
        do {
            try await Task.sleep(for: pacing.typingDelay)
            while true {
                let (changedAt, isStopped) = state.withLock { ($0.changedAt, $0.isStopped) }
                if isStopped { return }
                if let changedAt, changedAt + pacing.typingPause > .now {
                    try await Task.sleep(until: changedAt + pacing.typingPause, clock: .continuous)
                    continue
                }
                do {
                    try await api.sendTyping(in: place)
                } catch is TelegramError {
                    // A missing "typing" harms nobody; whatever is wrong shows with the reply.
                }
                try await Task.sleep(for: pacing.typingInterval)
            }
        } catch {
            // Only cancellation ends the loop: the reply is over.
        }
    }
}
