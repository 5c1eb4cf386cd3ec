import FoundationEssentials
import Logging
import MartletCore

/// Connections, the list and the buttons.
extension Secretary {
    /// A connection began, ended, or has other rights.
    func connectionChanged(_ connection: Connection, _ event: InboundEvent) async throws {
        try await introductions.pass(connection.id.rawValue) { try await change(connection, event) }
    }

    /// Records what is new of a connection and tells its owner; nobody else may do so for it meanwhile.
    func change(_ connection: Connection, _ event: InboundEvent) async throws {
        var account = SecretaryAccount(
            bot: event.key.bot,
            connection: connection,
            date: event.date,
            name: event.sender.name,
            languageCode: event.sender.languageCode
        )
        account.defaultMode = settings.defaultMode
        let before = try await store.secretaryAccount(of: connection.owner, bot: event.key.bot)
        if let before {
            // What a late report says of an earlier connection does not count.
            guard event.date >= before.date else { return }
            let isOther = before.connection.id != connection.id
            guard !(isOther && !connection.isEnabled && before.connection.isEnabled) else { return }
            account.defaultMode = before.defaultMode
        }
        // Told first, recorded afterwards: a crash in between tells it twice rather than never.
        let wasEnabled = before?.connection.isEnabled ?? false
        let couldReply = before?.canReply ?? false
        if connection.isEnabled, !wasEnabled {
            switch try await access?.admit(event) ?? .admitted {
            case .admitted: await tell(SecretaryViews.greeting(account), account)
            case .refused(let reply): await tell(reply, account)
            case .ignored: break
            }
        } else if wasEnabled, !connection.isEnabled {
            await tell(FinalReply(text: account.language.text(SecretaryPhrase.ended), isRemembered: false), account)
        } else if couldReply, !account.canReply {
            let text = account.language.text(SecretaryPhrase.rightsLost)
            await tell(FinalReply(text: text, isRemembered: false), account)
        } else if !couldReply, account.canReply {
            await tell(SecretaryViews.greeting(account), account)
        }
        _ = try await store.saveSecretaryAccount(account)
        if !connection.isEnabled {
            // What was said in the owner's chats goes; what they chose stays for the next connection.
            try await settleContacts(of: account, choosing: .disconnected) { _ in true }
        }
        logger.info(
            "A connection changed",
            metadata: [
                "connection.enabled": "\(connection.isEnabled)", "connection.can_reply": "\(connection.canReply)",
            ]
        )
        wakeUp.signal()
    }

    /// `/secretary` in somebody's private chat.
    func panelAsked(_ argument: String, _ event: InboundEvent) async throws {
        guard let account = try await store.secretaryAccount(of: event.sender.id, bot: event.key.bot),
            account.connection.isEnabled, account.connection.ownerChat == event.key.chat
        else {
            let text = Language(code: event.sender.languageCode).text(SecretaryPhrase.notConnected)
            await say(FinalReply(text: text, isRemembered: false), in: event.key)
            return
        }
        switch argument {
        case "log": await say(try await logView(account), in: event.key)
        case "off":
            try await turnOff(account)
            let text = account.language.text(SecretaryPhrase.everythingOff)
            await say(FinalReply(text: text, isRemembered: false), in: event.key)
        default: await say(try await panelView(account, page: 0), in: event.key)
        }
    }

    /// A button of the secretary's.
    /// - Parameter wasChosen: Whether the button showed that things stood so; where they still do, there is nothing to change.
    func pressed(_ button: SecretaryButton, wasChosen: Bool, _ press: ButtonPress, _ event: InboundEvent) async throws {
        guard var account = try await store.secretaryAccount(of: event.sender.id, bot: event.key.bot),
            account.connection.ownerChat == event.key.chat
        else {
            await answer(press, Language(code: event.sender.languageCode).text(SecretaryPhrase.notYours))
            return
        }
        let language = account.language
        switch button {
        case .draft(let button, let lane, let draft):
            guard try await contact(lane, of: account) != nil else { return await answer(press, gone(language)) }
            let update = try await advance(.id(lane), .pressed(button, draft: draft, message: event.message))
            await answer(press, language.text(SecretaryViews.phrase(for: update?.answer)))
            if update?.answer == .outdated, let contact = update?.contact {
                await change(event, to: SecretaryViews.settled(nil, .outdated, contact, account))
            }
        case .standard(let mode) where wasChosen && mode == account.defaultMode:
            await answer(press, language.text(CommandPhrase.alreadySo))
        case .standard(let mode):
            try await store.setSecretaryDefault(mode, of: account.owner, bot: account.bot)
            account.defaultMode = mode
            try await settleContacts(of: account) { $0.lane.mode == nil }
            await answer(press, nil)
            await change(event, to: try await panelView(account, page: 0))
        case .page(let page):
            await answer(press, nil)
            await change(event, to: try await panelView(account, page: page))
        case .contact(let lane):
            guard let contact = try await contact(lane, of: account) else {
                return await answer(press, gone(language))
            }
            await answer(press, nil)
            await change(event, to: SecretaryViews.contact(contact, account))
        case .mode(let lane, let mode):
            if wasChosen, try await contact(lane, of: account)?.lane.mode == .some(mode) {
                return await answer(press, language.text(CommandPhrase.alreadySo))
            }
            try await choose(.chosen(mode), lane, press, event, account)
        case .pause(let lane, let isPaused): try await choose(.paused(isPaused), lane, press, event, account)
        case .off:
            let isChange = try await turnOff(account)
            account.defaultMode = .off
            await answer(press, language.text(SecretaryPhrase.everythingOff))
            guard isChange else { return }
            await change(event, to: try await panelView(account, page: 0))
        case .log:
            await answer(press, nil)
            await change(event, to: try await logView(account))
        }
    }

    private func choose(
        _ input: LaneInput,
        _ lane: LaneID,
        _ press: ButtonPress,
        _ event: InboundEvent,
        _ account: SecretaryAccount
    ) async throws {
        guard try await contact(lane, of: account) != nil, let update = try await advance(.id(lane), input) else {
            return await answer(press, gone(account.language))
        }
        await answer(press, nil)
        await change(event, to: SecretaryViews.contact(update.contact, account))
    }

    /// A lane, as long as it is this owner's.
    private func contact(_ lane: LaneID, of account: SecretaryAccount) async throws -> SecretaryContact? {
        let contact = try await store.secretaryContact(lane)
        return contact?.address.owner == account.owner && contact?.address.bot == account.bot ? contact : nil
    }

    /// Nothing is done for anybody any more.
    /// - Returns: Whether something was done for somebody until then.
    @discardableResult
    private func turnOff(_ account: SecretaryAccount) async throws -> Bool {
        var isChange = account.defaultMode != .off
        try await store.setSecretaryDefault(.off, of: account.owner, bot: account.bot)
        try await settleContacts(of: account, choosing: .chosen(nil)) { contact in
            if contact.lane.mode != nil { isChange = true }
            return true
        }
        return isChange
    }

    /// Brings lanes into line with a choice that was made for many.
    private func settleContacts(
        of account: SecretaryAccount,
        choosing input: LaneInput = .chosen(nil),
        where isMeant: (SecretaryContact) -> Bool
    ) async throws {
        var offset = 0
        while true {
            let page = try await store.secretaryContacts(
                of: account.owner,
                bot: account.bot,
                limit: 100,
                offset: offset
            )
            for contact in page where isMeant(contact) { _ = try await advance(.id(contact.id), input) }
            guard page.count == 100 else { return }
            offset += 100
        }
    }

    private func panelView(_ account: SecretaryAccount, page: Int) async throws -> FinalReply {
        let contacts = try await store.secretaryContacts(
            of: account.owner,
            bot: account.bot,
            limit: SecretaryViews.pageSize + 1,
            offset: page * SecretaryViews.pageSize
        )
        return SecretaryViews.panel(account, contacts: contacts, page: page)
    }

    private func logView(_ account: SecretaryAccount) async throws -> FinalReply {
        let sent = try await store.sentMessages(of: account.owner, bot: account.bot, limit: 12)
        return SecretaryViews.log(sent, account)
    }

    private func gone(_ language: Language) -> String { language.text(SecretaryPhrase.contactGone) }

    // What cannot be shown is left unshown: the choice itself is stored by then.

    private func answer(_ press: ButtonPress, _ text: String?) async {
        do {
            try await chat.answerPress(press.query, text: text, isAlert: false)
        } catch {
            logger.debug("A press could not be acknowledged", metadata: ["error": "\(error)"])
        }
    }

    private func change(_ event: InboundEvent, to reply: FinalReply) async {
        do {
            try await chat.change(event.message, to: reply, in: event.key)
        } catch {
            logger.warning("A list could not be shown", metadata: ["error": "\(error)"])
        }
    }

    private func say(_ reply: FinalReply, in place: ConversationKey) async {
        do {
            _ = try await chat.send(reply, to: place)
        } catch {
            logger.warning("A list could not be shown", metadata: ["error": "\(error)"])
        }
    }
}
