import MartletConversation
import Synchronization

/// What this process knows of what it deals with, to save questions.
///
/// All of it is confirmed by conditions when it is used, so it may be out of date.
final class StoreCache: Sendable {
    /// The record of an update, as of its revision.
    struct Record: Sendable {
        /// Grows with each change of what an end has to know: what is kept in pieces, and which messages are shown.
        ///
        /// A record without one has nothing of either.
        var revision: Int64 = 0
        /// The messages that show the reply, by part.
        var messages: [Int: MessageID] = [:]
        /// Parcels that end with the event.
        var parcels: [Parcel] = []
    }

    private struct State {
        var records: [EventID: Record] = [:]
        var partitions: [ConversationKey: String] = [:]
        var requests: [EventID: BudgetRequest] = [:]
        var lost: Set<String> = []
    }

    private let state = Mutex(State())
    /// More than this at once is no normal day; what was known is forgotten.
    private static let limit = 4096

    /// What is known of an update's record.
    subscript(record event: EventID) -> Record? {
        get { state.withLock { $0.records[event] } }
        set { state.withLock { Self.keep(newValue, for: event, in: &$0.records) } }
    }

    /// Where the turns of a conversation are, unless where its key says.
    subscript(partition key: ConversationKey) -> String? {
        get { state.withLock { $0.partitions[key] } }
        set { state.withLock { Self.keep(newValue, for: key, in: &$0.partitions) } }
    }

    /// What was set aside for an event.
    subscript(request event: EventID) -> BudgetRequest? {
        get { state.withLock { $0.requests[event] } }
        set { state.withLock { Self.keep(newValue, for: event, in: &$0.requests) } }
    }

    /// Changes what is known of an update's record, where anything is.
    func change(_ event: EventID, _ body: (inout Record?) -> Void) {
        state.withLock { body(&$0.records[event]) }
    }

    /// Notes that nobody was given what the call of this name recorded.
    func noteLost(_ nonce: String) {
        state.withLock { state in
            if state.lost.count >= Self.limit { state.lost = [] }
            state.lost.insert(nonce)
        }
    }

    /// Whether nobody was given what the call of this name recorded.
    func isLost(_ nonce: String) -> Bool { state.withLock { $0.lost.contains(nonce) } }

    private static func keep<Key: Hashable, Value>(_ value: Value?, for key: Key, in values: inout [Key: Value]) {
        if value != nil, values.count >= limit { values = [:] }
        values[key] = value
    }
}
