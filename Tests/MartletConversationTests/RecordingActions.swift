import MartletConversation
import Synchronization

/// Notes what the bot does on its platform, and fails where it is told to.
final class RecordingActions: ChatActing {
    struct Failure: Error {}

    enum Action: Sendable, Hashable {
        case answered(String, text: String?)
        case sent(FinalReply, ChatID)
        case changed(MessageID, FinalReply)
        case left(ChatID)
    }

    private let state = Mutex<[Action]>([])
    let unreachable: Set<ChatID>

    /// - Parameter unreachable: Chats in which nothing can be said.
    init(unreachable: Set<ChatID> = []) {
        self.unreachable = unreachable
    }

    var actions: [Action] { state.withLock { $0 } }
    var left: [ChatID] {
        actions.compactMap { if case .left(let chat) = $0 { chat } else { nil } }
    }
    /// What was said, chat by chat.
    var sent: [(reply: FinalReply, chat: ChatID)] {
        actions.compactMap { if case .sent(let reply, let chat) = $0 { (reply, chat) } else { nil } }
    }

    private func note(_ action: Action) { state.withLock { $0.append(action) } }

    func answerPress(_ query: String, text: String?, isAlert: Bool) { note(.answered(query, text: text)) }

    func send(_ reply: FinalReply, to place: ConversationKey) throws -> MessageID {
        guard !unreachable.contains(place.chat) else { throw Failure() }
        note(.sent(reply, place.chat))
        return MessageID(Int64(actions.count))
    }

    func change(_ message: MessageID, to reply: FinalReply, in place: ConversationKey) {
        note(.changed(message, reply))
    }
    func delete(_ message: MessageID, in place: ConversationKey) {}
    func sendFile(_ bytes: [UInt8], name: String, caption: String, to place: ConversationKey) {}
    func leave(_ chat: ChatID) { note(.left(chat)) }
    func send(_ text: String, in connection: ConnectionID, to chat: ChatID) throws -> MessageID { throw Failure() }
    func answerInline(_ query: String, with results: [InlineResult], lifetime: Duration) {}
    func answerGuest(_ query: String, with result: InlineResult) {}
}
