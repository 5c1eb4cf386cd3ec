public import FoundationEssentials
public import MartletConversation

extension MemoryConversationStore: SecretaryStore {
    /// Records a connection.
    public func saveSecretaryAccount(_ account: SecretaryAccount) -> SecretaryAccount? {
        let owner = MemorySecretary.Owner(bot: account.bot, owner: account.owner)
        let before = secretary.accounts[owner]
        var account = account
        if let before {
            if before.date > account.date { return before }
            account.defaultMode = before.defaultMode
            account.languageCode = account.languageCode ?? before.languageCode
        }
        secretary.accounts[owner] = account
        return before
    }

    /// An owner's account.
    public func secretaryAccount(of owner: UserID, bot: BotID) -> SecretaryAccount? {
        secretary.accounts[MemorySecretary.Owner(bot: bot, owner: owner)]
    }

    /// The account behind a connection.
    public func secretaryAccount(behind connection: ConnectionID, bot: BotID) -> SecretaryAccount? {
        secretary.accounts.values.first { $0.bot == bot && $0.connection.id == connection }
    }

    /// Chooses the default.
    public func setSecretaryDefault(_ mode: SecretaryMode, of owner: UserID, bot: BotID) {
        secretary.accounts[MemorySecretary.Owner(bot: bot, owner: owner)]?.defaultMode = mode
    }

    /// Changes a lane.
    public func advance(
        _ lane: LaneReference,
        countingSince since: Date,
        _ body: @escaping @Sendable (inout SecretaryLane, LaneSurroundings) -> LaneStep
    ) -> LaneUpdate? {
        var contact: SecretaryContact
        if let found = secretary.contact(lane) {
            contact = found
        } else if case .address(let address) = lane {
            contact = SecretaryContact(id: LaneID(secretary.laneCount + 1), address: address, lane: SecretaryLane())
        } else {
            return nil
        }
        let (bot, owner) = (contact.address.bot, contact.address.owner)
        guard let account = secretaryAccount(of: owner, bot: bot) else { return nil }
        let step = body(
            &contact.lane,
            LaneSurroundings(
                account: account,
                automaticCount: secretary.automaticCount(since: since) { $0.id == contact.id },
                ownerAutomaticCount: secretary.automaticCount(since: since) {
                    $0.address.bot == bot && $0.address.owner == owner
                }
            )
        )
        secretary.laneCount = max(secretary.laneCount, contact.id.rawValue)
        secretary.contacts[contact.id] = contact
        for record in step.records { secretary.store(record, of: contact, account) }
        return LaneUpdate(contact: contact, account: account, answer: step.answer)
    }

    /// The contacts of an owner.
    public func secretaryContacts(of owner: UserID, bot: BotID, limit: Int, offset: Int) -> [SecretaryContact] {
        let contacts = secretary.contacts.values
            .filter { $0.address.bot == bot && $0.address.owner == owner }
            .sorted { left, right in
                let (first, second) = (left.lane.lastActivityDate, right.lane.lastActivityDate)
                return (first ?? .distantPast, left.id.rawValue) > (second ?? .distantPast, right.id.rawValue)
            }
        return Array(contacts.dropFirst(max(0, offset)).prefix(max(0, limit)))
    }

    /// A lane.
    public func secretaryContact(_ lane: LaneID) -> SecretaryContact? { secretary.contacts[lane] }

    /// The latest messages of a lane.
    public func messages(in lane: LaneID) -> [SaidMessage] { secretary.said[lane] ?? [] }

    /// What was sent in an owner's name.
    public func sentMessages(of owner: UserID, bot: BotID, limit: Int) -> [SentMessage] {
        let own = secretary.sent.enumerated().filter { entry in
            let address = secretary.contacts[entry.element.lane]?.address
            return address?.bot == bot && address?.owner == owner
        }
        return own.sorted { ($0.element.date, $0.offset) > ($1.element.date, $1.offset) }
            .prefix(max(0, limit)).map(\.element)
    }

    /// The lane that a message shows.
    public func lane(shownBy message: MessageID, in chat: ChatID, bot: BotID) -> LaneID? {
        secretary.shown[MemorySecretary.Shown(bot: bot, chat: chat, message: message)]?.lane
    }

    /// Lanes with something to do.
    public func dueLanes(of bot: BotID, at date: Date, isWriting: Bool, limit: Int) -> [LaneID] {
        let due = secretary.contacts.values.compactMap { contact -> (wake: Date, id: LaneID)? in
            guard contact.address.bot == bot, let wake = contact.lane.wake, wake <= date else { return nil }
            let asksModel = if case .write = contact.lane.action { true } else { false }
            return asksModel == isWriting ? (wake, contact.id) : nil
        }
        return due.sorted { ($0.wake, $0.id.rawValue) < ($1.wake, $1.id.rawValue) }
            .prefix(max(0, limit)).map(\.id)
    }

    /// When the next lane is due.
    public func nextWake(of bot: BotID, after date: Date) -> Date? {
        secretary.contacts.values.filter { $0.address.bot == bot }.compactMap(\.lane.wake).filter { $0 > date }.min()
    }

    /// Forgets what is old.
    public func pruneSecretary(before date: Date) {
        secretary.sent.removeAll { $0.date < date }
        secretary.shown = secretary.shown.filter { $0.value.date >= date }
        let old = secretary.contacts.values.filter { contact in
            contact.lane.mode == nil && !contact.lane.isPaused && contact.lane.wake == nil
                && (contact.lane.lastActivityDate ?? .distantPast) < date
        }
        for contact in old { forget(contact.id) }
    }

    /// Forgets a person.
    public func eraseSecretary(of user: UserID, bot: BotID) {
        let theirs = secretary.contacts.values.filter { contact in
            contact.address.bot == bot
                && (contact.address.owner == user || contact.address.chat.rawValue == user.rawValue)
        }
        for contact in theirs { forget(contact.id) }
        secretary.accounts[MemorySecretary.Owner(bot: bot, owner: user)] = nil
    }

    private func forget(_ lane: LaneID) {
        secretary.contacts[lane] = nil
        secretary.said[lane] = nil
        secretary.sent.removeAll { $0.lane == lane }
        secretary.shown = secretary.shown.filter { $0.value.lane != lane }
    }
}
