import FoundationEssentials
import Logging

extension AccessPolicy {
    /// Makes a code for one person, and keeps its fingerprint.
    ///
    /// At most twenty codes are open at a time; the oldest gives way.
    public func makeCode(for role: AccessRole, bot: BotID) async throws -> PairingInvitation {
        try await PairingInvitation.make(for: role, bot: bot, store: store, lifetime: settings.codeLifetime, at: now())
    }

    /// A code for the bot's owner where it has none, so that whoever sees the bot's terminal can become it; nil otherwise.
    ///
    /// Codes for an owner that were made earlier end.
    public func makeFirstOwnerCode(bot: BotID) async throws -> PairingInvitation? {
        guard try await owners(of: bot).isEmpty else { return nil }
        try await store.removePairingCodes(of: bot, expiredBefore: now(), for: .owner)
        return try await makeCode(for: .owner, bot: bot)
    }

    func redeem(
        _ code: PairingCode,
        _ event: InboundEvent,
        _ facts: AccessFacts,
        isStranger: Bool,
        _ language: Language
    ) async throws -> Admission {
        let bot = event.key.bot
        let moment = now()
        let codes = try await store.pairingCodes(of: bot).filter { $0.expiry > moment.timeIntervalSince1970 }
        // Every code is compared, so that the time tells nothing.
        let found = codes.filter { $0.matches(code) }.first
        let present = rules.role(of: event.sender.id, person: facts.person)
        // A code never takes anything away from somebody who can do more already, and stays good for somebody else.
        if let found, found.role > (present ?? .member) || present == nil {
            let person = AccessPerson(
                id: event.sender.id,
                standing: .allowed,
                role: found.role,
                name: ShownName.of(event.sender.name),
                since: moment,
                pairingUpdate: event.id.update
            )
            if try await store.redeem(found, for: person, bot: bot) {
                logger.notice(
                    "Somebody was let in with a pairing code",
                    metadata: ["user.id": "\(person.id)", "access.role": "\(found.role.rawValue)"]
                )
                try await announce(person, bot: bot)
                return welcome(found.role, language)
            }
        }
        guard found == nil || present == nil else { return .admitted }
        var attempts = facts.person?.attempts ?? AccessAttempts()
        let count = AccessRules.wrongCodes(attempts, at: moment)
        attempts.wrongCodeCount = count + 1
        if count == 0 { attempts.wrongCodesSince = moment }
        try await store.noteAttempts(attempts, of: event.sender.id, bot: bot, at: moment)
        guard isStranger else { return .admitted }
        let left = AccessSettings.wrongCodeLimit - attempts.wrongCodeCount
        return .refused(FinalReply(text: language.text(.wrongCode(triesLeft: left)), isRemembered: false))
    }

    func welcome(_ role: AccessRole, _ language: Language) -> Admission {
        .refused(FinalReply(text: language.text(role == .owner ? .welcomeOwner : .welcome), isRemembered: false))
    }

    /// Tells the owners who came in, and asks a new owner about groups that wait.
    private func announce(_ person: AccessPerson, bot: BotID) async throws {
        let name = ShownName.of(person.name)
        try await tellOwners(of: bot, except: person.id) { language in
            FinalReply(
                text: language.text(.cameIn(name: name, number: person.id, role: person.role)),
                isRemembered: false,
                choices: [[ReplyChoice(language.text(.block), value: AccessChoice.block(person.id).value)]]
            )
        }
        if person.role == .owner { try await askAboutWaitingGroups(of: bot) }
    }
}
