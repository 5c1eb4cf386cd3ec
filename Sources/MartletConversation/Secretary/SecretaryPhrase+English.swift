extension SecretaryPhrase {
    var english: String {
        switch self {
        case .greeting:
            """
            You let me answer in your name. I do nothing until you choose:

            Off - I stay silent.
            Suggest - I write drafts here, and you send them.
            Automatic - I answer by myself, as slowly as a person would, and pause when you write.

            This is the default for everybody; /secretary changes it for one contact, and shows what I sent.
            """
        case .greetingWithoutRights:
            "You connected me, but I may not write in your name. If you want me to, allow replies in Telegram's settings."
        case .rightsLost: "I may not write in your name any more, so I stop. What you chose is kept."
        case .ended: "You disconnected me. I write nothing in your name any more. What you chose is kept."
        case .notConnected:
            """
            I can answer your private chats in your name, or write drafts for you. In Telegram, open Settings, then \
            Telegram Business or Chat Automation, and choose me there.
            """
        case .panel(let mode): "In your name. For everybody else: \(mode).\n\nChoose a contact:"
        case .panelEmpty(let mode): "In your name: \(mode).\n\nNobody has written to you since you connected me."
        case .panelWithoutRights: "I may not write in your name at the moment."
        case .contact(let name, let mode, let isPaused): "\(name): \(mode)\(isPaused ? ", paused" : "")."
        case .contactGone: "I don't know this contact any more."
        case .modeOff: "Off"
        case .modeSuggest: "Suggest"
        case .modeAutomatic: "Automatic"
        case .modeDefault: "As for everybody"
        case .pause: "Pause"
        case .resume: "Resume"
        case .offForAll: "Off for all"
        case .log: "What I sent"
        case .back: "Back"
        case .previous: "Earlier"
        case .next: "More"
        case .chosen(let mode): "Done: \(mode)."
        case .everythingOff: "Done: I am silent everywhere."
        case .logTitle: "Sent in your name, the latest first:"
        case .logEmpty: "I have sent nothing in your name yet."
        case .logLine(let contact, let date, let isAutomatic, let state):
            "\(date), \(contact), \(isAutomatic ? "automatic" : "by you")\(state.english):"
        case .draft(let contact): "Draft for \(contact):"
        case .send: "Send"
        case .edit: "Edit"
        case .discard: "Discard"
        case .draftState(let state, let contact):
            switch state {
            case .editing:
                "Your own words for \(contact): answer this message with them, and I send them just so. My draft"
            case .sent: "Sent to \(contact)"
            case .failed: "Not sent to \(contact), because Telegram refused it"
            case .doubtful:
                "Perhaps sent to \(contact): I was interrupted and don't know. Please look into your chat"
            case .discarded: "Draft for \(contact) discarded"
            case .outdated: "Draft for \(contact), out of date"
            case .withdrawn: "Draft for \(contact), withdrawn because they deleted what it answers"
            }
        case .sending: "I'm sending it."
        case .alreadySent: "It was sent already."
        case .outdated: "This draft is out of date."
        case .discarded: "Discarded."
        case .editing: "Answer the draft with your own words."
        case .notPermitted: "I may not write in your name at the moment."
        case .tooLate: "Their last message is more than a day old, so Telegram does not let me answer."
        case .busy: "One moment: something else is being sent to this contact. Please try again."
        case .notYours: "This is not yours."
        case .notWritten(let contact): "\(contact) wrote to you. I tried, but could not write a draft."
        case .loopCut(let contact):
            "I have answered \(contact) many times without you. From here on I only suggest, until you write or send a draft."
        case .notSent(let contact): "Telegram did not let me send this to \(contact):"
        case .doubtful(let contact):
            "I was interrupted and don't know whether this reached \(contact). Please look into the chat:"
        case .notAllowed(let contact): "\(contact) wrote to you, and I wrote no answer:"
        case .disclosure: "(Written by my assistant.)"
        }
    }
}

extension SentMessage.Outcome {
    fileprivate var english: String {
        switch self {
        case .sent: ""
        case .sending: ", on its way"
        case .failed: ", not delivered"
        case .doubtful: ", perhaps not delivered"
        }
    }
}
