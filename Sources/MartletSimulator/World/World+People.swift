import MartletCore

extension World {
    /// Somebody says something, anywhere; a chat that is not there yet is made.
    mutating func post(
        _ content: JSONObject,
        from user: SimulatedUser,
        group: Int64?,
        thread: Int64? = nil,
        replyTo: Int64? = nil,
        connection: String? = nil
    ) -> MessageRecord {
        let chat = place(of: user, group: group)
        if connection == nil, group == nil { begin(chat) }
        note(thread: thread, in: chat)
        let message = add(
            content,
            by: .user(user.id),
            to: chat,
            thread: thread,
            replyTo: replyTo,
            connection: connection,
            receiver: connection == nil ? receiver(of: content, by: user.id, replyTo: replyTo, in: chat) : nil
        )
        tell(of: message)
        return message
    }

    private mutating func begin(_ chat: Int64) {
        if chats[chat]?.hasStarted != true { change(chat) { $0.hasStarted = true } }
    }

    private mutating func note(thread: Int64?, in chat: Int64) {
        guard let thread, let record = chats[chat], !record.topics.contains(where: { $0.thread == thread }) else {
            return
        }
        guard record.messages[thread] == nil || record.isForum else { return }
        change(chat) { chat in
            chat.topics.append((thread, "Topic \(thread)"))
            if chat.kind == .supergroup { chat.isForum = true }
        }
    }

    /// The chat where somebody speaks: a group, made if need be, or their private chat.
    mutating func place(of user: SimulatedUser, group: Int64?) -> Int64 {
        guard let group else { return privateChat(of: user) }
        know(user)
        if chats[group] == nil {
            add(
                ChatRecord(
                    id: group,
                    kind: .supergroup,
                    title: "Group",
                    members: [(user.id, .creator)],
                    botStatus: rules.hasPrivacyMode ? .member : .administrator
                )
            )
        } else if chats[group]?.status(of: user.id).isPresent == false {
            change(group) { $0.set(.member, of: user.id) }
        }
        return group
    }

    /// Somebody blocks the bot, or no longer does.
    mutating func setBlocked(_ isBlocked: Bool, chat: Int64) {
        guard let record = chats[chat], record.isBlocked != isBlocked else { return }
        let old = botMember(in: record)
        change(chat) { $0.isBlocked = isBlocked }
        tellMembership(in: chat, from: old, by: chat)
    }

    /// The bot's place in a group changes.
    mutating func setBot(_ status: MemberStatus, rights: Set<String> = [], in chat: Int64, by user: Int64) {
        guard let record = chats[chat] else { return }
        let old = botMember(in: record)
        let wasPresent = record.botStatus.isPresent
        change(chat) { chat in
            chat.botStatus = status
            chat.botRights = rights
        }
        tellMembership(in: chat, from: old, by: user)
        guard wasPresent != status.isPresent, record.kind != .channel else { return }
        let content: JSONObject =
            status.isPresent
            ? ["new_chat_members": [.object(bot.json)], "new_chat_member": .object(bot.json)]
            : ["left_chat_member": .object(bot.json)]
        tell(of: add(content, by: .user(user), to: chat))
    }

    /// A group becomes a supergroup with another number.
    /// - Returns: The new number.
    mutating func migrate(_ chat: Int64, by user: Int64) -> Int64 {
        guard var record = chats[chat] else { return chat }
        let successor = nextGroup
        record.id = successor
        record.kind = .supergroup
        record.messages = [:]
        record.order = []
        record.nextMessage = 1
        record.frozenUntil = nil
        add(record)
        tell(of: add(["migrate_to_chat_id": .integer(successor)], by: .user(user), to: chat))
        change(chat) { $0.migratedTo = successor }
        tell(of: add(["migrate_from_chat_id": .integer(chat)], by: .user(user), to: successor))
        return successor
    }

    /// Whether a group's number may be spoken in by somebody.
    func isMember(_ user: Int64, of chat: Int64) -> Bool {
        guard let record = chats[chat] else { return false }
        return record.kind == .private ? chat == user : record.status(of: user).isPresent
    }
}
