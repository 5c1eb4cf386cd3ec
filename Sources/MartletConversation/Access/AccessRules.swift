import FoundationEssentials

/// The decision about one event, from what is known; does nothing itself.
struct AccessRules: Sendable {
    var settings: AccessSettings

    /// What is to be done about an event.
    enum Verdict: Sendable, Hashable {
        /// It is answered.
        case admitted
        /// It is not, and nobody hears of it.
        case ignored
        /// The sender is told kindly, once in a while, that the bot is not open to them.
        case refused
        /// The presser of a button is told that it is not theirs.
        case pressRefused(query: String)
        /// The sender may be let in by a code; when it is wrong, a stranger hears so and others are answered.
        case tryCode(PairingCode, isStranger: Bool)
        /// The sender came in with this very event, and is welcomed again.
        case welcomedAgain(AccessRole)
        /// An owner wants to see or change who is let in.
        case serve(AccessCommand)
        /// An owner decided with a button.
        case choose(AccessChoice, query: String)
        /// The bot was added to a group in which it may answer.
        case joined
        /// The bot is in a group that an owner has to decide about; `isNew` where it was just added.
        case pending(isNew: Bool)
        /// The bot has no business in this group.
        case leave
        /// The bot was taken out of the group.
        case left
        /// The group became another chat.
        case migrated(to: ChatID)
        /// Somebody who may talk to the bot lets it answer in their name.
        case connected(Connection)
    }

    /// Whose standing an event is judged by: the account in whose name the bot would answer, or the sender.
    static func subject(of event: InboundEvent, connectionOwner: UserID?) -> UserID {
        if case .connection(let connection) = event.content { return connection.owner }
        return connectionOwner ?? event.sender.id
    }

    /// What somebody may do; nil for those who may not talk to the bot.
    ///
    /// An owner by configuration cannot be locked out; anybody else can be blocked whatever the configuration says.
    func role(of user: UserID, person: AccessPerson?) -> AccessRole? {
        if settings.owners.contains(user) { return .owner }
        if person?.standing == .blocked { return nil }
        var roles: [AccessRole] = []
        if let person, person.standing == .allowed { roles.append(person.role) }
        if settings.admins.contains(user) { roles.append(.admin) }
        if settings.allowed.contains(user) || settings.people == .open { roles.append(.member) }
        return roles.max()
    }

    /// Decides about an event.
    /// - Parameters:
    ///   - facts: What is known about ``subject(of:connectionOwner:)`` and the event's chat.
    ///   - connectionOwner: Whose account the event came through; nil where it did not, or where that is not known.
    func decide(_ event: InboundEvent, facts: AccessFacts, connectionOwner: UserID?, at now: Date) -> Verdict {
        let role = role(of: Self.subject(of: event, connectionOwner: connectionOwner), person: facts.person)
        switch event.content {
        case .connection(let connection): return role == nil ? .ignored : .connected(connection)
        case .migrated(let other): return .migrated(to: other)
        default: break
        }
        if event.connection != nil { return connectionOwner != nil && role != nil ? .admitted : .ignored }
        switch event.content {
        case .membership(let membership):
            return event.isPrivate ? .ignored : decide(membership, role: role, group: facts.group, in: event.key.chat)
        case .inlineQuery, .guestQuery: return role == nil ? .ignored : .admitted
        case .press(let press):
            if case .choose(let value) = press.action, let choice = AccessChoice(value) {
                return role == .owner ? .choose(choice, query: press.query) : .pressRefused(query: press.query)
            }
            let verdict = event.isPrivate ? (role == nil ? .refused : .admitted) : decideInGroup(event, role, facts)
            return verdict == .admitted ? .admitted : .pressRefused(query: press.query)
        default:
            return event.isPrivate
                ? decideInPrivate(event, role, facts, at: now) : decideInGroup(event, role, facts)
        }
    }

    private func decideInPrivate(
        _ event: InboundEvent,
        _ role: AccessRole?,
        _ facts: AccessFacts,
        at now: Date
    ) -> Verdict {
        guard facts.person?.standing != .blocked || role == .owner else { return .ignored }
        let attempts = facts.person?.attempts ?? AccessAttempts()
        var text = ""
        switch event.content {
        case .text(let said): text = said
        case .unsupported: break
        default: return role == nil ? .ignored : .admitted
        }
        if let person = facts.person, person.standing == .allowed, person.pairingUpdate == event.id.update {
            return .welcomedAgain(person.role)
        }
        if role == .owner {
            return AccessCommand(text).map(Verdict.serve) ?? .admitted
        }
        if let code = PairingCode(reading: text) {
            let hasTries = Self.wrongCodes(attempts, at: now) < AccessSettings.wrongCodeLimit
            if hasTries { return .tryCode(code, isStranger: role == nil) }
            return role == nil ? .ignored : .admitted
        }
        guard role == nil else { return .admitted }
        return Self.mayRefuse(event.id, after: attempts, at: now) ? .refused : .ignored
    }

    private func decideInGroup(_ event: InboundEvent, _ role: AccessRole?, _ facts: AccessFacts) -> Verdict {
        switch standing(of: event.key.chat, facts.group) {
        case .approved:
            guard facts.person?.standing != .blocked || role == .owner else { return .ignored }
            return settings.groupMembers == .everybody || role != nil ? .admitted : .ignored
        case .refused: return .leave
        case .pending: return .ignored
        case nil: return .pending(isNew: false)
        }
    }

    private func decide(
        _ membership: Membership,
        role: AccessRole?,
        group: AccessGroup?,
        in chat: ChatID
    ) -> Verdict {
        guard membership.isMember else { return .left }
        let isNew = !membership.wasMember
        if membership.isChannel == true { return decideInChannel(isNew: isNew, role: role, group: group, in: chat) }
        switch standing(of: chat, group) {
        case .approved: return isNew ? .joined : .ignored
        case .refused:
            // Who may approve a group approves it by adding the bot again.
            return isNew && group?.standing == .refused && settings.groups != .never && (role ?? .member) > .member
                ? .joined : .leave
        case .pending, nil:
            if isNew, (role ?? .member) > .member { return .joined }
            return .pending(isNew: isNew)
        }
    }

    /// In a channel the bot has nothing to say, so nobody is asked about one: it stays for those who decide, and leaves otherwise.
    private func decideInChannel(isNew: Bool, role: AccessRole?, group: AccessGroup?, in chat: ChatID) -> Verdict {
        let isWelcome = standing(of: chat, group) == .approved || (isNew && (role ?? .member) > .member)
        guard isWelcome, settings.groups != .never || settings.allowedGroups.contains(chat) else { return .leave }
        return isNew ? .joined : .ignored
    }

    /// How a group stands, by configuration before what an owner decided; nil where nothing is known.
    func standing(of chat: ChatID, _ group: AccessGroup?) -> AccessGroup.Standing? {
        if settings.allowedGroups.contains(chat) { return .approved }
        if settings.groups == .never { return .refused }
        if let group, group.standing != .pending { return group.standing }
        return settings.groups == .open ? .approved : group?.standing
    }

    /// Wrong codes that still count.
    static func wrongCodes(_ attempts: AccessAttempts, at now: Date) -> Int {
        isRecent(attempts.wrongCodesSince, at: now) ? attempts.wrongCodeCount : 0
    }

    /// Whether a stranger may be told again; the same event is always told the same.
    static func mayRefuse(_ event: EventID, after attempts: AccessAttempts, at now: Date) -> Bool {
        attempts.refusedUpdate == event.update || !isRecent(attempts.refusal, at: now)
    }

    /// Whether a moment is less than an hour away, before or after: a clock that was set back must not silence anybody for long.
    private static func isRecent(_ date: Date?, at now: Date) -> Bool {
        guard let date else { return false }
        return abs(now.timeIntervalSince(date)) < AccessSettings.attemptWindow
    }
}
