import FoundationEssentials

/// What owners see, as replies.
enum SecretaryViews {
    /// Contacts on a page of the list.
    static let pageSize = 8

    private static func say(
        _ text: String,
        _ choices: [[ReplyChoice]] = [],
        passages: [FinalReply.Passage]? = nil
    ) -> FinalReply {
        FinalReply(text: text, isRemembered: false, choices: choices, passages: passages)
    }

    private static func name(of mode: SecretaryMode, in language: Language) -> String {
        switch mode {
        case .off: language.text(SecretaryPhrase.modeOff)
        case .suggest: language.text(SecretaryPhrase.modeSuggest)
        case .automatic: language.text(SecretaryPhrase.modeAutomatic)
        }
    }

    /// A name that fits a button and a line.
    private static func name(of contact: SecretaryContact) -> String {
        let name = contact.lane.name.filter { !$0.isNewline }.trimmingWhitespace()
        return name.isEmpty ? "\(contact.address.chat)" : String(name.prefix(32))
    }

    private static func modes(_ chosen: SecretaryMode?, in language: Language) -> [ReplyChoice] {
        SecretaryMode.allCases.map { mode in
            SecretaryButton.standard(mode).labelled(name(of: mode, in: language), isChosen: mode == chosen)
        }
    }

    /// What an owner is told when a connection begins.
    static func greeting(_ account: SecretaryAccount) -> FinalReply {
        let language = account.language
        guard account.canReply else { return say(language.text(SecretaryPhrase.greetingWithoutRights)) }
        return say(language.text(SecretaryPhrase.greeting), [modes(nil, in: language)])
    }

    /// The list of contacts.
    /// - Parameter contacts: Those of the page, and one more where there is another page.
    static func panel(_ account: SecretaryAccount, contacts: [SecretaryContact], page: Int) -> FinalReply {
        let language = account.language
        let mode = name(of: account.defaultMode, in: language)
        var text = language.text(contacts.isEmpty ? SecretaryPhrase.panelEmpty(mode: mode) : .panel(mode: mode))
        if !account.canReply { text = language.text(SecretaryPhrase.panelWithoutRights) + "\n\n" + text }
        var rows = contacts.prefix(pageSize).map { contact in
            let mode = contact.lane.mode(byDefault: account.defaultMode)
            let label = name(of: contact) + " · " + name(of: mode, in: language) + (contact.lane.isPaused ? " ⏸" : "")
            return [SecretaryButton.contact(contact.id).labelled(label)]
        }
        var turns: [ReplyChoice] = []
        if page > 0 {
            turns.append(SecretaryButton.page(page - 1).labelled(language.text(SecretaryPhrase.previous)))
        }
        if contacts.count > pageSize {
            turns.append(SecretaryButton.page(page + 1).labelled(language.text(SecretaryPhrase.next)))
        }
        if !turns.isEmpty { rows.append(turns) }
        rows.append(modes(account.defaultMode, in: language))
        rows.append([
            SecretaryButton.off.labelled(language.text(SecretaryPhrase.offForAll)),
            SecretaryButton.log.labelled(language.text(SecretaryPhrase.log)),
        ])
        return say(text, rows)
    }

    /// One contact.
    static func contact(_ contact: SecretaryContact, _ account: SecretaryAccount) -> FinalReply {
        let language = account.language
        let mode = contact.lane.mode(byDefault: account.defaultMode)
        let text = language.text(
            SecretaryPhrase.contact(
                name: name(of: contact),
                mode: name(of: mode, in: language),
                isPaused: contact.lane.isPaused
            )
        )
        let choices = SecretaryMode.allCases.map { mode in
            SecretaryButton.mode(contact.id, mode)
                .labelled(name(of: mode, in: language), isChosen: contact.lane.mode == mode)
        }
        let standard = SecretaryButton.mode(contact.id, nil)
            .labelled(language.text(SecretaryPhrase.modeDefault), isChosen: contact.lane.mode == nil)
        let pause = SecretaryButton.pause(contact.id, !contact.lane.isPaused)
            .labelled(language.text(contact.lane.isPaused ? SecretaryPhrase.resume : SecretaryPhrase.pause))
        let back = SecretaryButton.page(0).labelled(language.text(SecretaryPhrase.back))
        return say(text, [choices, [standard], [pause, back]])
    }

    /// What was sent.
    static func log(_ sent: [SentMessage], _ account: SecretaryAccount) -> FinalReply {
        let language = account.language
        let back = [[SecretaryButton.page(0).labelled(language.text(SecretaryPhrase.back))]]
        guard !sent.isEmpty else { return say(language.text(SecretaryPhrase.logEmpty), back) }
        let passages = sent.map { entry in
            let heading = language.text(
                SecretaryPhrase.logLine(
                    contact: String(entry.contact.prefix(32)),
                    date: String(entry.date.ISO8601Format().prefix(16)).replacing("T", with: " ") + " UTC",
                    isAutomatic: entry.isAutomatic,
                    state: entry.outcome
                )
            )
            return FinalReply.Passage(.written(entry.text), heading: heading, limit: 150)
        }
        return say(language.text(SecretaryPhrase.logTitle), back, passages: passages)
    }

    /// A draft with its buttons.
    static func draft(_ draft: LaneDraft, _ contact: SecretaryContact, _ account: SecretaryAccount) -> FinalReply {
        let language = account.language
        let buttons = [
            (DraftButton.send, SecretaryPhrase.send), (.edit, .edit), (.discard, .discard),
        ].map { button, phrase in
            SecretaryButton.draft(button, contact.id, draft.number).labelled(language.text(phrase))
        }
        let text = language.text(SecretaryPhrase.draft(contact: name(of: contact)))
        return say(text, [buttons], passages: [.init(draft.words)])
    }

    /// A draft's message that says how the draft stands.
    static func settled(
        _ words: Wording?,
        _ state: DraftState,
        _ contact: SecretaryContact,
        _ account: SecretaryAccount
    ) -> FinalReply {
        let language = account.language
        let head = language.text(SecretaryPhrase.draftState(state, contact: name(of: contact)))
        // What was thrown away is out of sight, too.
        guard state != .discarded, let words else { return say(head + ".") }
        guard state == .editing, case .offered(let draft, _, true) = contact.lane.phase else {
            return say(head + ":", passages: [.init(words)])
        }
        let buttons = [(DraftButton.send, SecretaryPhrase.send), (.discard, .discard)].map { button, phrase in
            SecretaryButton.draft(button, contact.id, draft.number).labelled(language.text(phrase))
        }
        return say(head + ":", [buttons], passages: [.init(words)])
    }

    /// Something about a contact.
    static func notice(_ notice: LaneNotice, _ contact: SecretaryContact, _ account: SecretaryAccount) -> FinalReply {
        let name = name(of: contact)
        let (phrase, words): (SecretaryPhrase, Wording?) =
            switch notice {
            case .notWritten: (.notWritten(contact: name), nil)
            case .loopCut: (.loopCut(contact: name), nil)
            case .notSent(let text): (.notSent(contact: name), .written(text))
            case .doubtful(let text): (.doubtful(contact: name), .written(text))
            case .notAllowed(let text): (.notAllowed(contact: name), .typed(text, []))
            }
        return say(account.language.text(phrase), passages: words.map { [.init($0)] })
    }

    /// What the presser of a draft's button is told.
    static func phrase(for answer: LaneAnswer?) -> SecretaryPhrase {
        switch answer {
        case .sending, .mayBegin, .typing: .sending
        case .alreadySent: .alreadySent
        case .outdated, nil: .outdated
        case .discarded: .discarded
        case .editing: .editing
        case .notPermitted: .notPermitted
        case .tooLate: .tooLate
        case .busy: .busy
        }
    }
}
