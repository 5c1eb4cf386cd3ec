import MartletConversation
import MartletTelegram
import MartletTestSupport
import Synchronization

/// A line that keeps what it gets, and has room as long as its gate is open.
final class CollectingLine: EventLine {
    private let events = Mutex<[(event: InboundEvent, isLeftover: Bool)]>([])
    private let room: Gate?

    /// - Parameter room: Opened when there is room; nil has room always.
    init(room: Gate? = nil) {
        self.room = room
    }

    var submitted: [InboundEvent] { events.withLock { $0.map(\.event) } }
    var leftovers: [InboundEvent] { events.withLock { $0.filter(\.isLeftover).map(\.event) } }

    func submit(_ event: InboundEvent, isLeftover: Bool) {
        events.withLock { $0.append((event, isLeftover)) }
    }

    func waitForRoom() async { try? await room?.wait() }
}
