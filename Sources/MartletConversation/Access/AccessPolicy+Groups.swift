import FoundationEssentials
import Logging

extension AccessPolicy {
    /// How many groups wait for an approval at most; further ones are left at once.
    private static let waitingGroupLimit = 20

    /// The bot was added to a group in which it answers: remembers that, and explains itself there.
    ///
    /// In a channel, where everybody would read it, it says nothing; whoever decides about the bot is told in private.
    func join(_ event: InboundEvent, _ facts: AccessFacts, _ language: Language) async throws {
        var group = facts.group ?? newGroup(event)
        group.standing = .approved
        group.title = event.chatTitle ?? group.title
        group.addedBy = event.sender.id
        group.isPresent = true
        group.since = now()
        try await store.saveGroup(group, bot: event.key.bot)
        var readsAll = settings.readsAllGroupMessages
        if case .membership(let membership) = event.content {
            readsAll = readsAll || membership.isAdministrator
            if membership.isChannel == true { return try await confirm(channel: group, event, facts, language) }
        }
        try await explain(in: event.key.chat, bot: event.key.bot, readsAll: readsAll, language)
    }

    /// The bot is in a group that nobody decided about: remembers it and asks the owners.
    func hold(_ event: InboundEvent, _ known: AccessGroup?, isNew: Bool) async throws {
        var group = known ?? newGroup(event)
        if isNew {
            group.addedBy = event.sender.id
            group.since = now()
        } else if group.isAsked {
            return
        }
        // Strangers who add the bot everywhere must fill neither the table nor the owner's chat.
        let waiting = try await store.groups(of: event.key.bot).count { $0.standing == .pending }
        guard known != nil || waiting < Self.waitingGroupLimit else {
            try await attempt("leaving a group") { try await actions.leave(event.key.chat) }
            return
        }
        group.title = event.chatTitle ?? group.title
        group.isPresent = true
        try await store.saveGroup(group, bot: event.key.bot)
        if !group.isAsked { try await ask(about: group, addedBy: isNew ? event.sender.name : nil, bot: event.key.bot) }
    }

    /// The bot is no longer in a group; an approval stands for the next time, a question is done with.
    func noteDeparture(from chat: ChatID, _ known: AccessGroup?, bot: BotID) async throws {
        guard var group = known else { return }
        guard group.standing != .pending else { return try await store.removeGroup(chat, bot: bot) }
        group.isPresent = false
        try await store.saveGroup(group, bot: bot)
    }

    /// A group became another chat.
    func move(_ chat: ChatID, to other: ChatID, bot: BotID) async throws {
        try await store.moveGroup(chat, to: other, bot: bot)
        for companion in companions { try await companion.move(from: chat, to: other, bot: bot) }
    }

    /// Asks the owners about every group about which none of them has been asked yet.
    func askAboutWaitingGroups(of bot: BotID) async throws {
        for group in try await store.groups(of: bot)
        where group.standing == .pending && group.isPresent && !group.isAsked {
            try await ask(about: group, addedBy: nil, bot: bot)
        }
    }

    /// Leaves groups that waited too long for an approval, asks about those that nobody was asked about, and forgets expired codes
    /// and strangers of more than a day ago.
    ///
    /// Run it now and then, such as every ten minutes.
    public func sweep(bot: BotID) async throws {
        let moment = now()
        for group in try await store.groups(of: bot) where group.standing == .pending && group.isPresent {
            let standing = rules.standing(of: group.chat, group)
            if standing == .approved { continue }
            let waited = moment.timeIntervalSince(group.since)
            guard standing == .refused || waited >= Double(settings.groupPatience.components.seconds) else { continue }
            logger.notice("A group that nobody approved is left", metadata: ["chat.id": "\(group.chat)"])
            try await attempt("leaving a group") { try await actions.leave(group.chat) }
            try await store.removeGroup(group.chat, bot: bot)
        }
        try await askAboutWaitingGroups(of: bot)
        try await store.removePairingCodes(of: bot, expiredBefore: moment, for: nil)
        try await store.forgetStrangers(of: bot, triedBefore: moment.addingTimeInterval(-86_400))
    }

    /// Says in a group how to talk to the bot and what it sees.
    func explain(in chat: ChatID, bot: BotID, readsAll: Bool, _ language: Language) async throws {
        let username = try await store.username(of: bot) ?? settings.botUsername
        let text = language.text(.joinedGroup(username: username, seesEverything: readsAll))
        try await attempt("a join message") {
            _ = try await actions.send(
                FinalReply(text: text, isRemembered: false),
                to: ConversationKey(bot: bot, chat: chat)
            )
        }
    }

    /// Tells an owner or admin who added the bot to a channel what it does there.
    private func confirm(
        channel: AccessGroup,
        _ event: InboundEvent,
        _ facts: AccessFacts,
        _ language: Language
    ) async throws {
        guard let role = rules.role(of: event.sender.id, person: facts.person), role > .member else { return }
        let text = language.text(.joinedChannel(title: ShownName.of(channel.title)))
        try await attempt("a word about a channel") {
            _ = try await actions.send(
                FinalReply(text: text, isRemembered: false),
                to: ConversationKey(bot: event.key.bot, chat: ChatID(event.sender.id.rawValue))
            )
        }
    }

    private func ask(about group: AccessGroup, addedBy name: String?, bot: BotID) async throws {
        let hours = max(1, Int(settings.groupPatience.components.seconds / 3600))
        let isTold = try await tellOwners(of: bot) { language in
            FinalReply(
                text: language.text(
                    .groupWaits(title: ShownName.of(group.title), addedBy: name.map { ShownName.of($0) }, hours: hours)
                ),
                isRemembered: false,
                choices: [
                    [
                        ReplyChoice(language.text(.approve), value: AccessChoice.approve(group.chat).value),
                        ReplyChoice(language.text(.leave), value: AccessChoice.leave(group.chat).value),
                    ]
                ]
            )
        }
        guard isTold else { return }
        var asked = group
        asked.isAsked = true
        try await store.saveGroup(asked, bot: bot)
    }

    private func newGroup(_ event: InboundEvent) -> AccessGroup {
        AccessGroup(
            chat: event.key.chat,
            standing: .pending,
            title: event.chatTitle,
            since: now(),
            settingsBy: settings.groupSettings
        )
    }
}
