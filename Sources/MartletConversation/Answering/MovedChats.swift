import Synchronization

/// The chats that got another number while this process ran, so that what was begun under the old one ends under the new one.
final class MovedChats: Sendable {
    private struct Place: Hashable {
        var bot: BotID
        var chat: ChatID
    }

    private let successors = Mutex<[Place: ChatID]>([:])
    /// So many are remembered; answers that outlast so many moves have other worries.
    private static let maximumCount = 1000

    /// Notes that a chat has become another.
    func note(_ chat: ChatID, of bot: BotID, is successor: ChatID) {
        successors.withLock { successors in
            if successors.count >= Self.maximumCount { successors = [:] }
            successors[Place(bot: bot, chat: chat)] = successor
        }
    }

    /// A key with the number that its chat has now.
    func current(_ key: ConversationKey) -> ConversationKey {
        var key = key
        if let successor = successors.withLock({ $0[Place(bot: key.bot, chat: key.chat)] }) { key.chat = successor }
        return key
    }
}
