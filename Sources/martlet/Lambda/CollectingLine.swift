import MartletConversation
import MartletTelegram
import Synchronization

/// Keeps events that were newly recorded until the call that delivered them takes them.
final class CollectingLine: EventLine {
    private let events = Mutex<Set<EventID>>([])

    func submit(_ event: InboundEvent, isLeftover: Bool) {
        events.withLock { _ = $0.insert(event.id) }
    }

    /// A call has as much room as it needs.
    func waitForRoom() async {}

    /// Whether an event was recorded anew; the second time it is asked it was not.
    func take(_ event: EventID) -> Bool {
        events.withLock { $0.remove(event) != nil }
    }
}
