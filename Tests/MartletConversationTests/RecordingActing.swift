import MartletConversation
import Synchronization

/// Remembers what the bot does besides replying.
final class RecordingActing: ChatActing {
    struct Press: Sendable, Hashable {
        var query: String
        var text: String?
        var isAlert: Bool
    }

    struct Change: Sendable, Hashable {
        var message: MessageID
        var reply: FinalReply
    }

    private let state = Mutex((presses: [Press](), changes: [Change](), files: [String]()))

    var presses: [Press] { state.withLock { $0.presses } }
    var changes: [Change] { state.withLock { $0.changes } }
    var files: [String] { state.withLock { $0.files } }

    func answerPress(_ query: String, text: String?, isAlert: Bool) async throws {
        state.withLock { $0.presses.append(Press(query: query, text: text, isAlert: isAlert)) }
    }

    func change(_ message: MessageID, to reply: FinalReply, in place: ConversationKey) async throws {
        state.withLock { $0.changes.append(Change(message: message, reply: reply)) }
    }

    func sendFile(_ bytes: [UInt8], name: String, caption: String, to place: ConversationKey) async throws {
        state.withLock { $0.files.append(name + ": " + String(decoding: bytes, as: UTF8.self)) }
    }

    func send(_ reply: FinalReply, to place: ConversationKey) async throws -> MessageID { MessageID(0) }
    func delete(_ message: MessageID, in place: ConversationKey) async throws {}
    func leave(_ chat: ChatID) async throws {}
    func send(_ text: String, in connection: ConnectionID, to chat: ChatID) async throws -> MessageID { MessageID(0) }
    func answerInline(_ query: String, with results: [InlineResult], lifetime: Duration) async throws {}
    func answerGuest(_ query: String, with result: InlineResult) async throws {}
}
