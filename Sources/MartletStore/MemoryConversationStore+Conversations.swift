public import MartletConversation
import MartletCore

extension MemoryConversationStore {
    /// Reads a conversation.
    public func conversation(for key: ConversationKey, turnLimit: Int) -> Conversation {
        guard let record = conversations[key] else { return Conversation() }
        return Conversation(
            turns: record.current.suffix(max(0, turnLimit)),
            settings: record.settings,
            summary: record.summary,
            unanswered: record.unanswered
        )
    }

    /// Reads an exchange.
    public func exchange(of question: EventID?, in key: ConversationKey) -> Exchange? {
        guard let record = conversations[key] else { return nil }
        if let asked = record.unanswered, let event = asked.event, question == nil || question == event {
            return Exchange(question: asked, answer: nil, messages: updates[event]?.progress.messages ?? [:])
        }
        let current = record.current
        guard
            let event = question ?? current.last(where: { $0.message.role == .user && !$0.isOverheard })?.event,
            let asked = current.first(where: { $0.event == event && $0.message.role == .user })
        else { return nil }
        return Exchange(
            question: asked,
            answer: current.last { $0.event == event && $0.message.role == .assistant },
            messages: updates[event]?.progress.messages ?? [:]
        )
    }

    /// Forgets the latest exchange.
    public func removeLatestExchange(in key: ConversationKey) -> Bool {
        guard var record = conversations[key] else { return false }
        defer { conversations[key] = record }
        record.unanswered = nil
        guard
            let index = record.turns.lastIndex(where: {
                $0.message.role == .user && !$0.isOverheard && ($0.position ?? 0) > record.archivedThrough
            })
        else { return false }
        if let through = record.summary?.through, through >= record.turns[index].position ?? 0 { record.summary = nil }
        let overheard = record.turns[index...].filter(\.isOverheard)
        record.turns.replaceSubrange(index..., with: overheard)
        return true
    }

    /// The turns that lead to a message.
    public func replyChain(to message: MessageID, in place: ConversationKey, limit: Int) -> [Turn] {
        var chain: [Turn] = []
        var next: MessageID? = message
        while chain.count < limit, let current = next {
            guard
                let entry = shown[Place(bot: place.bot, chat: place.chat, message: current)],
                entry.key.place == place.place,
                let turns = conversations[entry.key]?.turns,
                let turn = turns.first(where: { $0.position == entry.position }),
                !chain.contains(turn)
            else { break }
            chain.append(turn)
            next =
                turn.message.role == .assistant
                ? turns.first { $0.event == turn.event && $0.message.role == .user }?.source : turn.parent
        }
        return chain.reversed()
    }

    /// Forgets the turns and what was made from them.
    public func eraseTurns(of key: ConversationKey) {
        guard let record = conversations[key] else { return }
        conversations[key] = Record(settings: record.settings)
        shown = shown.filter { $0.value.key != key }
    }

    /// Puts the turns away.
    public func archiveTurns(of key: ConversationKey) {
        conversations[key]?.archivedThrough = lastPosition
        conversations[key]?.summary = nil
        conversations[key]?.unanswered = nil
    }

    /// Keeps a summary while the turns behind it are there.
    public func setSummary(_ summary: Conversation.Summary, for key: ConversationKey) {
        guard let record = conversations[key], record.current.contains(where: { $0.position == summary.through }) else {
            return
        }
        conversations[key]?.summary = summary
    }

    /// Changes what the chat has chosen.
    public func updateSettings(of key: ConversationKey, _ change: @Sendable (inout ChatSettings) -> Void) {
        change(&conversations[key, default: Record()].settings)
    }

    /// Gives everything of a chat to another number.
    public func migrate(_ chat: ChatID, of bot: BotID, to successor: ChatID) -> [ConversationKey] {
        let moved = conversations.keys.filter { $0.bot == bot && $0.chat == chat }
        for old in moved {
            guard let record = conversations.removeValue(forKey: old) else { continue }
            var key = old
            key.chat = successor
            guard var existing = conversations[key] else {
                conversations[key] = record
                continue
            }
            existing.turns = (record.turns + existing.turns).sorted { ($0.position ?? 0) < ($1.position ?? 0) }
            existing.archivedThrough = max(existing.archivedThrough, record.archivedThrough)
            if existing.settings == ChatSettings() { existing.settings = record.settings }
            existing.summary = existing.summary ?? record.summary
            conversations[key] = existing
        }
        for (id, update) in updates where id.bot == bot && update.event?.key.chat == chat {
            updates[id]?.event?.key.chat = successor
        }
        shown = shown.filter { $0.key.bot != bot || $0.key.chat != chat }
        return moved.sorted { $0.description < $1.description }
    }

    /// The conversations of a person alone.
    public func conversations(of user: UserID, bot: BotID) -> [ConversationKey] {
        conversations.keys.filter {
            $0.bot == bot && $0.connection == nil && ($0.user == user || $0.chat.rawValue == user.rawValue)
        }
    }

    func remember(_ remembrance: Remembrance, after event: EventID, in key: ConversationKey) {
        switch remembrance {
        case .nothing: break
        case .turns(let turns):
            for turn in turns { append(turn, to: key) }
            conversations[key, default: Record()].unanswered = nil
        case .overheard(let turn):
            append(turn, to: key)
            let overheard = conversations[key]?.turns.indices.filter {
                conversations[key]?.turns[$0].isOverheard == true
            }
            if let overheard, overheard.count > Remembrance.overheardLimit {
                conversations[key]?.turns.remove(at: overheard[0])
            }
        case .unanswered(let question): conversations[key, default: Record()].unanswered = question
        case .answer(let answer, let question):
            if let index = answerIndex(of: question, in: key) {
                conversations[key]?.turns[index].message = answer.message
                conversations[key]?.turns[index].date = answer.date
                showMessages(of: question, at: index, in: key)
            } else if let asked = conversations[key]?.unanswered, asked.event == question {
                append(asked, to: key)
                append(answer, to: key)
                conversations[key]?.unanswered = nil
            }
        case .continuation(let text, let question):
            guard let index = answerIndex(of: question, in: key) else { return }
            conversations[key]?.turns[index].message.content = text
            let next = (updates[question]?.progress.messages.keys.max() ?? -1) + 1
            for (part, message) in updates[event]?.progress.messages ?? [:] {
                updates[question]?.progress.messages[part + next] = message
            }
            updates[event]?.progress.messages = [:]
            showMessages(of: question, at: index, in: key)
        }
    }

    private func answerIndex(of question: EventID, in key: ConversationKey) -> Int? {
        conversations[key]?.turns.lastIndex { $0.event == question && $0.message.role == .assistant }
    }

    private func append(_ turn: Turn, to key: ConversationKey) {
        lastPosition += 1
        var turn = turn
        turn.position = lastPosition
        conversations[key, default: Record()].turns.append(turn)
        if turn.message.role == .assistant {
            showMessages(of: turn.event, at: (conversations[key]?.turns.count ?? 1) - 1, in: key)
        } else if let source = turn.source {
            shown[Place(bot: key.bot, chat: key.chat, message: source)] = (key, lastPosition)
        }
    }

    private func showMessages(of question: EventID?, at index: Int, in key: ConversationKey) {
        guard let question, let position = conversations[key]?.turns[index].position else { return }
        for message in updates[question]?.progress.messages.values ?? [:].values {
            shown[Place(bot: key.bot, chat: key.chat, message: message)] = (key, position)
        }
    }
}

extension MemoryConversationStore.Record {
    /// The turns that are not put away.
    var current: [Turn] { turns.filter { ($0.position ?? 0) > archivedThrough } }
}
