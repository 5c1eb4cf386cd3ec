import MartletCore

/// What kind of chat it is.
enum ChatKind: String, Sendable, Hashable {
    case `private`, group, supergroup, channel

    var isGroup: Bool { self == .group || self == .supergroup }
}

/// What somebody is in a chat.
enum MemberStatus: String, Sendable, Hashable {
    case creator, administrator, member, left, kicked

    var isPresent: Bool { self != .left && self != .kicked }
}

/// A chat, who is in it, and what was said in it.
struct ChatRecord: Sendable {
    var id: Int64
    var kind: ChatKind
    var title: String
    var username: String?
    var isForum = false
    /// The members without the bot, in the order of joining.
    var members: [(user: Int64, status: MemberStatus)] = []
    var topics: [(thread: Int64, name: String)] = []
    var botStatus: MemberStatus
    /// The rights of a bot that is an administrator.
    var botRights: Set<String> = []
    /// What the bot may do as a member, which a group can take away.
    var canBotSend = true
    var isBlocked = false
    /// Private: whether the person has ever written to the bot; it cannot write first.
    var hasStarted = false
    /// Silence that a fault or a limit asked for.
    var frozenUntil: SimulatedDate?
    var migratedTo: Int64?
    /// A channel's group for comments, or the group's channel.
    var linked: Int64?
    /// Everything that was said, by number.
    var messages: [Int64: MessageRecord] = [:]
    /// The numbers of the messages, oldest first.
    var order: [Int64] = []
    /// The next message's number; nil where private chats and groups count together.
    var nextMessage: Int64?

    var isBotPresent: Bool { kind == .private ? !isBlocked : botStatus.isPresent }
    /// Whether the bot is an administrator or more.
    var isBotAdministrator: Bool { botStatus == .administrator || botStatus == .creator }

    func status(of user: Int64) -> MemberStatus { members.first { $0.user == user }?.status ?? .left }

    mutating func set(_ status: MemberStatus, of user: Int64) {
        if let index = members.firstIndex(where: { $0.user == user }) {
            members[index].status = status
        } else {
            members.append((user, status))
        }
    }

    /// Telegram's `Chat`, as messages carry it.
    var shortJSON: JSONValue {
        var json: JSONObject = ["id": .integer(id)]
        json[kind == .private ? "first_name" : "title"] = .string(title)
        if let username { json["username"] = .string(username) }
        json["type"] = .string(kind.rawValue)
        if isForum { json["is_forum"] = true }
        return .object(json)
    }

    /// The chat as the interface shows it.
    func json(now: SimulatedDate) -> JSONValue {
        var json = shortJSON.object ?? [:]
        json["members"] = .array(
            members.filter(\.status.isPresent).map {
                ["user_id": .integer($0.user), "status": .string($0.status.rawValue)]
            }
        )
        json["topics"] = .array(topics.map { ["message_thread_id": .integer($0.thread), "name": .string($0.name)] })
        var bot: JSONObject = ["status": .string(kind == .private ? "member" : botStatus.rawValue)]
        for right in botRights.sorted() { bot[right] = true }
        json["bot"] = .object(bot)
        json["is_blocked"] = .bool(isBlocked)
        if let frozenUntil, frozenUntil > now { json["frozen_until"] = .number(frozenUntil.seconds) }
        if let migratedTo { json["migrated_to"] = .integer(migratedTo) }
        if let linked { json["linked_chat_id"] = .integer(linked) }
        return .object(json)
    }
}

/// The rights that an administrator can have.
enum AdministratorRight {
    static let all = [
        "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
        "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
        "can_delete_stories", "can_pin_messages", "can_manage_topics", "can_post_messages", "can_edit_messages",
    ]
}
