import Logging
import MartletCore

extension Responder {
    /// What a menu says after a choice.
    struct Panel: Sendable {
        var text: String
        var choices: [[ReplyChoice]] = []
    }

    /// Does what a button says.
    func handle(_ press: ButtonPress, _ matter: Matter, _ conversation: Conversation) async throws -> Aftermath {
        let language = matter.language
        if let owner = press.owner, owner != matter.event.sender.id {
            let asked = try await store.exchange(of: press.question, in: matter.key)?.question
            let phrase = asked?.message.name.map { Phrase.onlyOwnerMay(name: $0) } ?? .onlyAskerMay
            await acknowledge(press, language.text(phrase), isAlert: true, matter.logger)
            try await end(matter, as: .ignored)
            return Aftermath()
        }
        switch press.action {
        case .stop:
            await acknowledge(press, language.text(.nothingToStop), matter.logger)
            try await end(matter, as: .ignored)
        case .regenerate, .proceed:
            let exchange = try await store.exchange(of: press.question, in: matter.key)
            guard let exchange, press.action == .regenerate || exchange.answer != nil else {
                await acknowledge(press, language.text(.noLongerKnown), isAlert: true, matter.logger)
                try await end(matter, as: .ignored)
                return Aftermath()
            }
            await acknowledge(press, nil, matter.logger)
            return try await answer(about: try await subject(of: matter), matter, conversation)
        case .choose(let value):
            let (plain, wasChosen) = ReplyChoice.reading(value)
            let choice = Choice(value: plain)
            if choice?.changesSettings == true, !(try await mayChangeSettings(matter)) {
                await acknowledge(
                    press,
                    language.text(CommandPhrase.onlyAdministratorsMay),
                    isAlert: true,
                    matter.logger
                )
                try await end(matter, as: .ignored)
                return Aftermath()
            }
            if wasChosen, let choice, isStanding(choice, matter) {
                await acknowledge(press, language.text(.alreadySo), matter.logger)
                try await end(matter, as: .answered)
                return Aftermath()
            }
            // Some choices take their time, and whoever pressed should not wonder.
            var isAcknowledged = false
            if case .model(let token) = choice, let name = modelName(of: token),
                companions.models?.isReady(name) == false
            {
                await acknowledge(press, language.text(.modelLoading(name)), matter.logger)
                isAcknowledged = true
            }
            guard let choice, let panel = try await apply(choice, matter) else {
                await acknowledge(press, language.text(.noLongerKnown), isAlert: true, matter.logger)
                try await end(matter, as: .ignored)
                return Aftermath()
            }
            if !isAcknowledged { await acknowledge(press, nil, matter.logger) }
            try await show(panel, matter)
        }
        return Aftermath()
    }

    /// Changes the menu that was pressed; where that cannot be, says the same in a message.
    private func show(_ panel: Panel, _ matter: Matter) async throws {
        let reply = FinalReply(text: panel.text, isRemembered: false, choices: panel.choices)
        guard let acting = companions.acting else {
            try await deliver(reply, about: ownSubject(matter), matter)
            return
        }
        do {
            if let whisper = matter.event.whisper {
                try await acting.change(
                    whisper: whisper,
                    to: reply,
                    seenBy: matter.event.sender.id,
                    in: matter.event.key
                )
            } else {
                try await acting.change(matter.event.message, to: reply, in: matter.event.key)
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            matter.logger.info("A menu could not be changed", metadata: ["error": "\(error)"])
        }
        try await end(matter, as: .answered)
    }

    /// Makes a choice last; nil where it is about something that no longer is.
    private func apply(_ choice: Choice, _ matter: Matter) async throws -> Panel? {
        let language = matter.language
        switch choice {
        case .model(let token):
            guard let name = modelName(of: token) else { return nil }
            return Panel(text: try await choose(model: name, matter))
        case .persona(let token):
            guard let name = personaNames.first(where: { Choice.Token(of: $0) == token }) else { return nil }
            try await setPersona(name, matter.key)
            return Panel(text: language.text(.personaSet(name)))
        case .language(let chosen):
            try await store.updateSettings(of: matter.key) { $0.language = chosen }
            return Panel(text: chosen.text(.languageSet))
        case .busyPolicy(let policy):
            return try await change(matter) { $0.busyPolicy = policy }
        case .showsThinking(let shows):
            return try await change(matter) { $0.showsThinking = shows }
        case .replyStyle(let style):
            return try await change(matter) { $0.replyStyle = style }
        case .readsAlong(let reads):
            guard offersReadingAlong(matter) else { return nil }
            return try await change(matter) { $0.readsAlong = reads }
        case .forgetMe(false): return Panel(text: language.text(.forgetMeKept))
        case .forgetMe(true):
            guard let data = companions.personalData else { return nil }
            let (user, bot) = (matter.event.sender.id, matter.key.bot)
            for key in try await store.conversations(of: user, bot: bot) { await eraseKeptPrompts(of: key) }
            try await data.erase(user, bot: bot)
            return Panel(text: language.text(.forgotten))
        }
    }

    /// Whether a choice of the settings' menu is how things are.
    private func isStanding(_ choice: Choice, _ matter: Matter) -> Bool {
        switch choice {
        case .busyPolicy(let policy): policy == matter.chat.busyPolicy ?? settings.busyPolicy
        case .showsThinking(let shows): shows == matter.chat.showsThinking ?? settings.showsThinking
        case .replyStyle(let style): style == matter.chat.replyStyle ?? .plain
        case .readsAlong(let reads): reads == matter.chat.readsAlong ?? false
        case .model, .persona, .language, .forgetMe: false
        }
    }

    private func modelName(of token: Choice.Token) -> String? {
        companions.models?.names.first { Choice.Token(of: $0) == token }
    }

    private func change(
        _ matter: Matter,
        _ body: @escaping @Sendable (inout ChatSettings) -> Void
    ) async throws -> Panel {
        try await store.updateSettings(of: matter.key, body)
        var chat = matter.chat
        body(&chat)
        return settingsPanel(chat, in: matter)
    }

    /// Whether the chat may choose that the bot reads along: groups may, where its operator lets them.
    func offersReadingAlong(_ matter: Matter) -> Bool { settings.offersReadingAlong && !matter.event.isPrivate }

    /// What can be chosen by buttons alone; the present choices are marked.
    func settingsPanel(_ chat: ChatSettings, in matter: Matter) -> Panel {
        let language = matter.language
        func row<Value: Equatable>(
            _ current: Value,
            _ options: [(Value, CommandPhrase, Choice)]
        ) -> [ReplyChoice] {
            options.map { value, phrase, choice in
                ReplyChoice(language.text(phrase), choice, isChosen: value == current)
            }
        }
        let along = row(
            chat.readsAlong ?? false,
            [(true, .readsAlong, .readsAlong(true)), (false, .readsOnlyItsOwn, .readsAlong(false))]
        )
        let title = language.text(.settingsTitle)
        return Panel(
            text: offersReadingAlong(matter) ? title + "\n" + language.text(.settingsReading) : title,
            choices: [
                row(
                    chat.busyPolicy ?? settings.busyPolicy,
                    [
                        (.queue, .busyQueue, .busyPolicy(.queue)), (.replace, .busyReplace, .busyPolicy(.replace)),
                        (.ignore, .busyIgnore, .busyPolicy(.ignore)),
                    ]
                ),
                row(
                    chat.showsThinking ?? settings.showsThinking,
                    [
                        (true, .thinkingShown, .showsThinking(true)), (false, .thinkingHidden, .showsThinking(false)),
                    ]
                ),
                row(
                    chat.replyStyle ?? .plain,
                    [(.plain, .stylePlain, .replyStyle(.plain)), (.rich, .styleRich, .replyStyle(.rich))]
                ),
            ] + (offersReadingAlong(matter) ? [along] : [])
        )
    }
}
