import MartletConversation
import Synchronization

/// Notes what the bot does on its platform, and fails where it is told to.
final class RecordingActions: ChatActing {
    struct Failure: Error {}

    struct Press: Sendable, Hashable {
        var query: String
        var text: String?
        var isAlert: Bool
    }

    enum Action: Sendable, Hashable {
        case answered(Press)
        case sent(FinalReply, ChatID)
        case changed(MessageID, FinalReply)
        case whispered(MessageID, FinalReply, UserID)
        case sentFile(name: String, content: String)
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
    var presses: [Press] {
        actions.compactMap { if case .answered(let press) = $0 { press } else { nil } }
    }
    var changes: [(message: MessageID, reply: FinalReply)] {
        actions.compactMap { if case .changed(let message, let reply) = $0 { (message, reply) } else { nil } }
    }
    var files: [String] {
        actions.compactMap { if case .sentFile(let name, let content) = $0 { name + ": " + content } else { nil } }
    }
    /// What was said, chat by chat.
    var sent: [(reply: FinalReply, chat: ChatID)] {
        actions.compactMap { if case .sent(let reply, let chat) = $0 { (reply, chat) } else { nil } }
    }

    private func note(_ action: Action) { state.withLock { $0.append(action) } }

    func answerPress(_ query: String, text: String?, isAlert: Bool) {
        note(.answered(Press(query: query, text: text, isAlert: isAlert)))
    }

    func send(_ reply: FinalReply, to place: ConversationKey) throws -> MessageID {
        guard !unreachable.contains(place.chat) else { throw Failure() }
        note(.sent(reply, place.chat))
        return MessageID(Int64(actions.count))
    }

    func change(_ message: MessageID, to reply: FinalReply, in place: ConversationKey) {
        note(.changed(message, reply))
    }
    func change(whisper message: MessageID, to reply: FinalReply, seenBy person: UserID, in place: ConversationKey) {
        note(.whispered(message, reply, person))
    }
    func delete(_ message: MessageID, in place: ConversationKey) {}
    func sendFile(_ bytes: [UInt8], name: String, caption: String, to place: ConversationKey) {
        note(.sentFile(name: name, content: String(decoding: bytes, as: UTF8.self)))
    }
    func leave(_ chat: ChatID) { note(.left(chat)) }
    func send(_ words: Wording, in connection: ConnectionID, to chat: ChatID) throws -> MessageID { throw Failure() }
    func showTyping(in connection: ConnectionID, to chat: ChatID) {}
    func answerInline(_ query: String, with results: [InlineResult], lifetime: Duration) {}
    func answerGuest(_ query: String, with result: InlineResult) {}
}
