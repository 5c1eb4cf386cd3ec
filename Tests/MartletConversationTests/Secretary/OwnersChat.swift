import MartletConversation
import MartletTestSupport
import Synchronization

/// A platform in memory that remembers what the bot did on it.
final class OwnersChat: ChatActing, ConnectionFinding {
    struct Refusal: Error {}

    /// Something said in somebody's name.
    struct Named: Sendable, Hashable {
        var words: Wording
        var connection: ConnectionID
        var chat: ChatID
        var message: MessageID
        var text: String { words.text }
    }

    private struct State {
        var messageCount: Int64 = 1000
        var shown: [MessageID: FinalReply] = [:]
        var order: [MessageID] = []
        var presses: [String?] = []
        var changeCount = 0
        var named: [Named] = []
        var typing: [ChatID] = []
        var inline: [String: [InlineResult]] = [:]
        var guests: [String: [InlineResult]] = [:]
        var refuses = false
        var connections: [ConnectionID: FoundConnection] = [:]
        var connectionQuestions: [ConnectionID] = []
        var ownerIsGone = false
        var namedGate: Gate?
        var shownGate: Gate?
    }

    private let state = Mutex(State())

    /// What the owner's chat shows now, oldest first, with the words of passages as part of the text.
    var messages: [(id: MessageID, reply: FinalReply)] {
        state.withLock { state in
            state.order.map { message in
                var reply = state.shown[message] ?? FinalReply(text: "", isRemembered: false)
                for passage in reply.passages ?? [] {
                    reply.text += "\n\n" + (passage.heading.map { $0 + "\n" } ?? "") + passage.words.text
                }
                return (message, reply)
            }
        }
    }
    /// How often a message was changed.
    var changeCount: Int { state.withLock { $0.changeCount } }
    /// Messages with buttons that send something.
    var drafts: [(id: MessageID, reply: FinalReply)] {
        messages.filter { $0.reply.choices.first?.first?.value.hasPrefix("sy:d.s.") == true }
    }
    var presses: [String?] { state.withLock { $0.presses } }
    var named: [Named] { state.withLock { $0.named } }
    /// Where the owner was shown to be typing, each time.
    var typing: [ChatID] { state.withLock { $0.typing } }
    var inline: [String: [InlineResult]] { state.withLock { $0.inline } }
    var guests: [String: [InlineResult]] { state.withLock { $0.guests } }

    /// Makes the platform refuse what is said in somebody's name.
    func refuseNamed(_ refuses: Bool = true) { state.withLock { $0.refuses = refuses } }
    /// What was asked about connections.
    var connectionQuestions: [ConnectionID] { state.withLock { $0.connectionQuestions } }
    /// Lets the platform know a connection.
    func know(_ found: FoundConnection) { state.withLock { $0.connections[found.connection.id] = found } }
    /// The owner blocked the bot.
    func loseOwner() { state.withLock { $0.ownerIsGone = true } }
    /// Holds what is said in somebody's name back: it arrives, and the answer does not come until the gate opens.
    func holdNamed(_ gate: Gate?) { state.withLock { $0.namedGate = gate } }
    /// Holds what is shown to the owner back in the same way.
    func holdShown(_ gate: Gate?) { state.withLock { $0.shownGate = gate } }

    func connection(_ id: ConnectionID) async throws -> FoundConnection? {
        state.withLock { state in
            state.connectionQuestions.append(id)
            return state.connections[id]
        }
    }

    func answerPress(_ query: String, text: String?, isAlert: Bool) async throws {
        state.withLock { $0.presses.append(text) }
    }

    func send(_ reply: FinalReply, to place: ConversationKey) async throws -> MessageID {
        let (message, gate) = try state.withLock { state in
            if state.ownerIsGone { throw Refusal() }
            state.messageCount += 1
            let message = MessageID(state.messageCount)
            state.shown[message] = reply
            state.order.append(message)
            return (message, state.shownGate)
        }
        try await gate?.wait()
        return message
    }

    func change(_ message: MessageID, to reply: FinalReply, in place: ConversationKey) async throws {
        state.withLock { state in
            state.changeCount += 1
            if state.shown[message] == nil { state.order.append(message) }
            state.shown[message] = reply
        }
    }

    func showTyping(in connection: ConnectionID, to chat: ChatID) async throws {
        state.withLock { $0.typing.append(chat) }
    }

    func send(_ words: Wording, in connection: ConnectionID, to chat: ChatID) async throws -> MessageID {
        let (message, gate) = try state.withLock { state in
            if state.refuses { throw Refusal() }
            state.messageCount += 1
            let message = MessageID(state.messageCount)
            state.named.append(Named(words: words, connection: connection, chat: chat, message: message))
            return (message, state.namedGate)
        }
        try await gate?.wait()
        return message
    }

    func answerInline(_ query: String, with results: [InlineResult], lifetime: Duration) async throws {
        state.withLock { $0.inline[query] = results }
    }

    func answerGuest(_ query: String, with result: InlineResult) async throws {
        state.withLock { $0.guests[query, default: []].append(result) }
    }

    func change(whisper: MessageID, to: FinalReply, seenBy: UserID, in: ConversationKey) async throws {}
    func delete(_ message: MessageID, in place: ConversationKey) async throws {}
    func sendFile(_ bytes: [UInt8], name: String, caption: String, to place: ConversationKey) async throws {}
    func leave(_ chat: ChatID) async throws {}
}
