import Logging
import MartletCore

extension Responder {
    /// Does what the bot is told.
    func carryOut(
        _ command: ConversationCommand,
        _ matter: Matter,
        _ conversation: Conversation
    ) async throws -> Aftermath {
        let language = matter.language
        if command.changesSettings, !(try await mayChangeSettings(matter)) {
            try await say(language.text(CommandPhrase.onlyAdministratorsMay), to: .asker, matter)
            return Aftermath()
        }
        switch command {
        case .start: try await say(language.text(.greeting(botName: settings.persona.botName)), matter)
        case .help: try await say(help(matter), to: .asker, matter)
        case .new:
            try await store.archiveTurns(of: matter.key)
            try await say(language.text(.begunAfresh), matter)
        case .reset:
            try await store.eraseTurns(of: matter.key)
            await eraseKeptPrompts(of: matter.key)
            try await say(language.text(.historyErased), matter)
        case .undo:
            let isUndone = try await store.removeLatestExchange(in: matter.key)
            try await say(language.text(isUndone ? .undone : .nothingToUndo), matter)
        case .retry:
            guard try await store.exchange(of: nil, in: matter.key) != nil else {
                try await say(language.text(.nothingToRetry), matter)
                break
            }
            return try await answer(about: try await subject(of: matter), matter, conversation)
        case .setContextLength(let argument):
            try await setContextLength(argument, matter)
        case .model(let argument): try await chooseModel(argument, matter)
        case .persona(let argument): try await choosePersona(argument, matter)
        case .language(let argument): try await chooseLanguage(argument, matter)
        case .settings:
            let panel = settingsPanel(matter.chat, in: matter)
            try await say(panel.text, choices: panel.choices, to: .asker, matter)
        case .sources: return try await showSources(matter, conversation)
        case .usage:
            guard let usage = companions.usage else { return try await refuse(matter) }
            try await say(try await usage.usageReport(for: matter.event, language: language), to: .asker, matter)
        case .privacy:
            let text = companions.privacy?.text(in: language) ?? language.text(.privacy)
            try await say(text, to: .asker, matter)
        case .myData: return try await giveData(matter)
        case .forgetMe:
            guard companions.personalData != nil else { return try await refuse(matter) }
            let choices = [
                [
                    ReplyChoice(language.text(.forgetMeYes), .forgetMe(true)),
                    ReplyChoice(language.text(.forgetMeNo), .forgetMe(false)),
                ]
            ]
            try await say(language.text(.forgetMeQuestion), choices: choices, to: .asker, matter)
        case .stop:
            // Only a request from before a restart gets here: what it was about has ended with the process.
            try await say(language.text(.nothingToStop), to: .asker, matter)
        case .unknown: return try await refuse(matter)
        }
        return Aftermath()
    }

    /// Whether the sender may change how the bot behaves in the chat.
    func mayChangeSettings(_ matter: Matter) async throws -> Bool {
        try await companions.settingsGuard?.mayChangeSettings(matter.event) ?? true
    }

    /// Says that there is no such command here; in a group it may be another bot's, where it does not name this one.
    func refuse(_ matter: Matter) async throws -> Aftermath {
        var isNamed = matter.event.isPrivate || matter.event.addressing == .mention
        if case .text(let text) = matter.event.content {
            isNamed = isNamed || text.trimmingWhitespace().prefix { !$0.isWhitespace }.contains("@")
        }
        if isNamed {
            try await say(matter.language.text(.unknownCommand), to: .asker, matter)
        } else {
            try await end(matter, as: .ignored)
        }
        return Aftermath()
    }

    private func help(_ matter: Matter) -> String {
        let language = matter.language
        let readers: MenuCommand.Scope = matter.event.isPrivate ? .privateChats : .groupAdministrators
        let menu = MenuCommand.menu(in: language, for: readers, offering: offers)
        let lines = menu.filter { $0.name != "start" }.map { command in
            let names = command.name == "reset" ? "/reset, /delete_history" : "/" + command.name
            return names + " - " + command.summary
        }
        return ([language.text(.help(maximumContextLength: settings.maximumContextLength)), ""] + lines)
            .joined(separator: "\n")
    }

    /// What can be chosen and asked here.
    var offers: MenuCommand.Offers { MenuCommand.Offers(companions: companions, settings: settings) }

    private func setContextLength(_ argument: String, _ matter: Matter) async throws {
        let maximum = settings.maximumContextLength
        guard let count = Int(argument), (0...maximum).contains(count) else {
            let current = min(matter.chat.contextLength ?? settings.contextLength, maximum)
            try await say(
                matter.language.text(.contextLengthInvalid(maximum: maximum, current: current)),
                to: .asker,
                matter
            )
            return
        }
        try await store.updateSettings(of: matter.key) { $0.contextLength = count }
        try await say(matter.language.text(.contextLengthSet(count)), to: .asker, matter)
    }

    private func chooseModel(_ argument: String, _ matter: Matter) async throws {
        let names = companions.models?.names ?? []
        let language = matter.language
        if let name = names.first(where: { $0.lowercased() == argument.lowercased() }) {
            try await takeUp(name, matter)
            return
        }
        let current = matter.chat.model.flatMap { names.contains($0) ? $0 : nil } ?? model?.information.name ?? "-"
        let choices = names.count > 1 ? names.prefix(20).map { [ReplyChoice($0, .model(.init(of: $0)))] } : []
        let question = language.text(.modelQuestion(current: current, hasOthers: !choices.isEmpty))
        let asked = Self.shortened(argument).map { language.text(.noSuchModel($0)) + " " } ?? ""
        try await say(asked + question, choices: choices, to: .asker, matter)
    }

    /// What somebody asked for, short enough to be repeated; nil where they named nothing.
    private static func shortened(_ argument: String) -> String? {
        argument.isEmpty ? nil : ShownName.of(argument)
    }

    /// Makes a model the chat's; one that has to be made ready first keeps its chooser informed.
    private func takeUp(_ name: String, _ matter: Matter) async throws {
        let (parts, continuation) = AsyncStream<ReplyPart>.makeStream(bufferingPolicy: .bufferingNewest(1))
        if companions.models?.isReady(name) == false {
            continuation.yield(.text(matter.language.text(.modelLoading(name))))
        }
        let subject = ownSubject(matter)
        let outcome = try await withThrowingTaskGroup(of: FinalReply.self) { group in
            group.addTask {
                defer { continuation.finish() }
                let text = try await choose(model: name, matter)
                let final = FinalReply(text: text, isRemembered: false, audience: .asker)
                try await store.recordFinal(final, of: matter.event.id)
                continuation.yield(.final(final))
                return final
            }
            do {
                return try await show(parts, about: subject)
            } catch let error as CancellationError where !Task.isCancelled {
                // There was no end to show because getting there failed; that failure is the one to report.
                _ = try await group.next()
                throw error
            }
        }
        try await finish(matter, as: outcome, final: nil, about: subject)
    }

    /// Makes a model ready and the chat's.
    /// - Returns: What its chooser is told.
    func choose(model name: String, _ matter: Matter) async throws -> String {
        do {
            guard try await companions.models?.model(named: name) != nil else {
                return matter.language.text(.modelUnavailable(name))
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            matter.logger.error(
                "A model could not be made ready",
                metadata: ["model.name": "\(name)", "error": "\(error)"]
            )
            return matter.language.text(.modelUnavailable(name))
        }
        try await store.updateSettings(of: matter.key) { $0.model = name }
        return matter.language.text(.modelSet(name))
    }

    private func choosePersona(_ argument: String, _ matter: Matter) async throws {
        let names = personaNames
        let language = matter.language
        if let name = names.first(where: { $0.lowercased() == argument.lowercased() }) {
            try await setPersona(name, matter.key)
            try await say(language.text(.personaSet(name)), to: .asker, matter)
            return
        }
        let current = matter.chat.persona.flatMap { names.contains($0) ? $0 : nil } ?? settings.persona.botName
        let choices = names.count > 1 ? names.prefix(20).map { [ReplyChoice($0, .persona(.init(of: $0)))] } : []
        let question = language.text(.personaQuestion(current: current, hasOthers: !choices.isEmpty))
        let asked = Self.shortened(argument).map { language.text(.noSuchPersona($0)) + " " } ?? ""
        try await say(asked + question, choices: choices, to: .asker, matter)
    }

    /// The usual persona goes by the bot's name.
    var personaNames: [String] { [settings.persona.botName] + settings.personas.map(\.name) }

    func setPersona(_ name: String, _ key: ConversationKey) async throws {
        let isUsual = !settings.personas.contains { $0.name == name }
        try await store.updateSettings(of: key) { $0.persona = isUsual ? nil : name }
    }

    private func chooseLanguage(_ argument: String, _ matter: Matter) async throws {
        if let chosen = Language(calledBy: argument) {
            try await store.updateSettings(of: matter.key) { $0.language = chosen }
            try await say(chosen.text(.languageSet), to: .asker, matter)
            return
        }
        let choices = [Language.allCases.map { ReplyChoice($0.ownName, .language($0)) }]
        try await say(matter.language.text(.languageQuestion), choices: choices, to: .asker, matter)
    }

    private func giveData(_ matter: Matter) async throws -> Aftermath {
        guard let data = companions.personalData, let acting = companions.acting else {
            return try await refuse(matter)
        }
        guard matter.event.isPrivate else {
            try await say(matter.language.text(.onlyInPrivate), to: .asker, matter)
            return Aftermath()
        }
        let bytes = try await data.export(of: matter.event.sender.id, bot: matter.key.bot)
        let caption = matter.language.text(.myDataCaption)
        do {
            try await acting.sendFile(bytes, name: "mydata.json", caption: caption, to: matter.event.key)
            try await end(matter, as: .answered)
        } catch let error as CancellationError {
            throw error
        } catch {
            matter.logger.warning("A file could not be sent", metadata: ["error": "\(error)"])
            try await say(matter.language.text(.answerFailed), matter)
        }
        return Aftermath()
    }
}
