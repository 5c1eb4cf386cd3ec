import Logging

extension AccessPolicy {
    /// Does what an owner chose with a button, and shows in the button's message what came of it.
    ///
    /// A button that is pressed again does the same again, so that a press whose answer was lost can be repeated.
    func decide(_ choice: AccessChoice, by event: InboundEvent, query: String, _ language: Language) async throws {
        let bot = event.key.bot
        let reply: FinalReply
        switch choice {
        case .approve(let chat): reply = try await approve(chat, bot: bot, language)
        case .leave(let chat): reply = try await refuse(chat, bot: bot, language)
        case .settings(let chat, let people):
            if var group = try await store.groups(of: bot).first(where: { $0.chat == chat }) {
                group.settingsBy = people
                try await store.saveGroup(group, bot: bot)
            }
            reply = try await groupList(bot: bot, language)
        case .allow(let user): reply = try await allow(user, bot: bot, language)
        case .block(let user): reply = try await block(user, by: event.sender.id, bot: bot, language)
        }
        try await attempt("a press") { try await actions.answerPress(query, text: nil, isAlert: false) }
        try await attempt("a change of a message") {
            try await actions.change(event.message, to: reply, in: event.key)
        }
    }

    func allow(_ user: UserID, bot: BotID, _ language: Language) async throws -> FinalReply {
        let person = try await store.accessFacts(about: user, in: ChatID(user.rawValue), bot: bot).person
        let role = person?.role ?? .member
        try await store.setAccess(.allowed, role: role, name: nil, for: user, bot: bot, at: now())
        logger.notice("An owner let somebody in", metadata: ["user.id": "\(user)"])
        return FinalReply(
            text: language.text(.isAllowed(name: person?.name.map { ShownName.of($0) }, number: user)),
            isRemembered: false,
            choices: [[ReplyChoice(language.text(.block), value: AccessChoice.block(user).value)]]
        )
    }

    /// Keeps somebody out.
    ///
    /// Nobody can do so to themselves: a bot's only owner would be gone with no way back.
    func block(_ user: UserID, by owner: UserID, bot: BotID, _ language: Language) async throws -> FinalReply {
        guard !settings.owners.contains(user) else {
            return FinalReply(text: language.text(.ownerStays), isRemembered: false)
        }
        guard user != owner else {
            return FinalReply(text: language.text(AccessPhrase.notYourself), isRemembered: false)
        }
        let person = try await store.accessFacts(about: user, in: ChatID(user.rawValue), bot: bot).person
        // Whoever is let in again later begins as a member.
        try await store.setAccess(.blocked, role: .member, name: nil, for: user, bot: bot, at: now())
        logger.notice("An owner blocked somebody", metadata: ["user.id": "\(user)"])
        return FinalReply(
            text: language.text(.isBlocked(name: person?.name.map { ShownName.of($0) }, number: user)),
            isRemembered: false,
            choices: [[ReplyChoice(language.text(.letIn), value: AccessChoice.allow(user).value)]]
        )
    }

    private func approve(_ chat: ChatID, bot: BotID, _ language: Language) async throws -> FinalReply {
        guard var group = try await store.groups(of: bot).first(where: { $0.chat == chat }), group.isPresent else {
            return FinalReply(text: language.text(.groupGone), isRemembered: false)
        }
        let isNew = group.standing != .approved
        group.standing = .approved
        group.since = now()
        try await store.saveGroup(group, bot: bot)
        if isNew { try await explain(in: chat, bot: bot, readsAll: settings.readsAllGroupMessages, language) }
        return FinalReply(
            text: language.text(.groupApproved(title: ShownName.of(group.title))),
            isRemembered: false,
            choices: [[ReplyChoice(language.text(.leave), value: AccessChoice.leave(chat).value)]]
        )
    }

    private func refuse(_ chat: ChatID, bot: BotID, _ language: Language) async throws -> FinalReply {
        let known = try await store.groups(of: bot).first { $0.chat == chat }
        var group = known ?? AccessGroup(chat: chat, standing: .refused, since: now())
        group.standing = .refused
        group.since = now()
        group.isPresent = false
        try await store.saveGroup(group, bot: bot)
        try await attempt("leaving a group") { try await actions.leave(chat) }
        return FinalReply(text: language.text(.groupLeft(title: ShownName.of(group.title))), isRemembered: false)
    }
}
