extension AccessPolicy {
    /// How many people and groups a list shows at most, and how many of them with buttons.
    private static let listLimit = 50
    private static let buttonLimit = 10

    /// Answers an owner's command.
    func serve(_ command: AccessCommand, _ event: InboundEvent, _ language: Language) async throws -> FinalReply {
        let bot = event.key.bot
        switch command {
        case .users: return try await peopleList(bot: bot, language)
        case .groups: return try await groupList(bot: bot, language)
        case .pair:
            let invitation = try await makeCode(for: .member, bot: bot)
            let minutes = Int(invitation.lifetime.components.seconds / 60)
            let text = language.text(.invitation(code: invitation.code.text, link: invitation.link, minutes: minutes))
            return FinalReply(text: text, isRemembered: false)
        case .allow(let user): return try await allow(user, bot: bot, language)
        case .block(let user): return try await block(user, by: event.sender.id, bot: bot, language)
        case .needsNumber: return FinalReply(text: language.text(.needsNumber), isRemembered: false)
        }
    }

    private func peopleList(bot: BotID, _ language: Language) async throws -> FinalReply {
        let known = try await store.knownPeople(of: bot)
        let configured = settings.owners.union(settings.admins).union(settings.allowed)
            .subtracting(known.map(\.id)).sorted { $0.rawValue < $1.rawValue }
            .map { AccessPerson(id: $0, standing: .allowed, since: now()) }
        let people = configured + known
        let lines = people.prefix(Self.listLimit).map { person in
            let standing =
                rules.role(of: person.id, person: person).map { AccessPhrase.roleName($0) } ?? .blockedName
            let name = person.name.map { ShownName.of($0) + ", " } ?? ""
            return "• \(name)\(person.id) (\(language.text(standing)))"
        }
        let choices = known.filter { !settings.owners.contains($0.id) && $0.role != .owner }.suffix(Self.buttonLimit)
            .map { person in
                let name = person.name.map { ShownName.of($0, limit: 20) } ?? "\(person.id)"
                return person.standing == .blocked
                    ? [ReplyChoice(language.text(.letIn) + ": " + name, value: AccessChoice.allow(person.id).value)]
                    : [ReplyChoice(language.text(.block) + ": " + name, value: AccessChoice.block(person.id).value)]
            }
        return FinalReply(
            text: list(.people(isOpen: settings.people == .open), lines, people.count, language),
            isRemembered: false,
            choices: choices
        )
    }

    func groupList(bot: BotID, _ language: Language) async throws -> FinalReply {
        let groups = try await store.groups(of: bot).filter { $0.isPresent || $0.standing != .approved }
        let lines = groups.prefix(Self.listLimit).map { group in
            let settingsBy = group.standing == .approved ? ", " + language.text(.settingsBy(group.settingsBy)) : ""
            return "• \(ShownName.of(group.title)) (\(language.text(.groupStanding(group.standing)))\(settingsBy))"
        }
        let choices = groups.filter(\.isPresent).suffix(Self.buttonLimit).map { group in
            let title = ShownName.of(group.title, limit: 20)
            var row = [ReplyChoice(language.text(.leave) + ": " + title, value: AccessChoice.leave(group.chat).value)]
            if group.standing == .pending {
                row.insert(
                    ReplyChoice(
                        language.text(.approve) + ": " + title,
                        value: AccessChoice.approve(group.chat).value
                    ),
                    at: 0
                )
            } else {
                let other: AccessGroup.SettingsBy =
                    group.settingsBy == .everybody ? .administrators : .everybody
                row.append(
                    ReplyChoice(
                        language.text(.settingsBy(other)),
                        value: AccessChoice.settings(group.chat, by: other).value
                    )
                )
            }
            return row
        }
        return FinalReply(text: list(.groupList, lines, groups.count, language), isRemembered: false, choices: choices)
    }

    private func list(_ title: AccessPhrase, _ lines: [String], _ count: Int, _ language: Language) -> String {
        let body = lines.isEmpty ? [language.text(.nobody)] : lines
        let more = count > lines.count ? ["… +\(count - lines.count)"] : []
        return ([language.text(title)] + body + more).joined(separator: "\n")
    }
}
