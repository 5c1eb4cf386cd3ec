extension CommandPhrase {
    var english: String {
        switch self {
        case .onlyAdministratorsMay: "Only the administrators of this group may change that."
        case .historyErased: "Done: I have forgotten our conversation."
        case .begunAfresh: "A fresh start: I put our conversation away. What shall we talk about?"
        case .undone: "Done: I have forgotten your last question and my answer."
        case .nothingToUndo: "There is nothing that I could take back."
        case .nothingToRetry: "There is no question yet that I could answer anew."
        case .contextLengthSet(0): "Done: from now on I look at your latest message only."
        case .contextLengthSet(1): "Done: from now on I take the last message into account, besides your latest."
        case .contextLengthSet(let count): "Done: from now on I take the last \(count) messages into account."
        case .contextLengthInvalid(let maximum, let current):
            """
            Please give a whole number from 0 to \(maximum), like this: /set_context_length 10
            At the moment it is \(current).
            """
        case .modelQuestion(let current, true): "At the moment \(current) writes my answers. Which model shall it be?"
        case .modelQuestion(let current, false): "\(current) writes my answers. There is no other model to choose."
        case .noSuchModel(let name): "I have no model called \(name)."
        case .modelSet(let name): "Done: from now on \(name) answers."
        case .modelLoading(let name): "One moment: I am getting \(name) ready…"
        case .modelUnavailable(let name):
            "Sorry, I could not get \(name) ready, so everything stays as it was. Whoever runs me finds the reason in my log."
        case .personaQuestion(let current, true): "At the moment I am \(current). Who shall I be?"
        case .personaQuestion(let current, false): "I am \(current), and nobody else."
        case .noSuchPersona(let name): "I cannot be \(name)."
        case .personaSet(let name): "Done: from now on I am \(name)."
        case .languageQuestion: "Which language shall I use for my own texts? Your questions I answer in yours."
        case .languageSet: "Done: from now on my own texts are in English."
        case .alreadySo: "That is how it is already."
        case .settingsTitle:
            """
            How would you like it?
            1. When you write while I answer: I answer one after the other, turn to the latest, or finish first.
            2. My thoughts, where the model has some.
            3. How answers look: plain messages, or rich ones with tables and headings, which old apps do not show.
            """
        case .busyQueue: "In turn"
        case .busyReplace: "The latest"
        case .busyIgnore: "Finish first"
        case .thinkingShown: "Show thoughts"
        case .thinkingHidden: "Hide thoughts"
        case .stylePlain: "Plain"
        case .styleRich: "Rich"
        case .settingsReading:
            """
            4. What is said here and not to me: I may read along, so that I know what you talk about, or leave it alone. I keep the \
            latest \(Remembrance.overheardLimit) messages of it; /reset erases them.
            """
        case .readsAlong: "Read along"
        case .readsOnlyItsOwn: "Only what is for me"
        case .privacy:
            """
            I keep our conversation so that I can refer to it, and hand it to a language model that writes my answers. \
            /reset makes me forget the conversation.
            """
        case .onlyInPrivate: "That is between the two of us: please write it to me in our private chat."
        case .myDataCaption: "Everything that I keep about you."
        case .forgetMeQuestion:
            """
            Shall I erase everything that I keep about you: conversations, settings, and what I made from them? \
            This cannot be undone.
            """
        case .forgetMeYes: "Yes, erase it"
        case .forgetMeNo: "No"
        case .forgetMeKept: "Then I erase nothing."
        case .forgotten: "Done: I have erased everything that I kept about you."
        case .menuStart: "Say hello"
        case .menuHelp: "What I can do"
        case .menuNew: "Begin a new conversation"
        case .menuStop: "Stop what I am writing"
        case .menuRetry: "Answer the last question anew"
        case .menuUndo: "Forget the last question and answer"
        case .menuReset: "Forget our conversation"
        case .menuSetContextLength: "How many past messages I take into account"
        case .menuModel: "Which model answers"
        case .menuPersona: "Who I am"
        case .menuLanguage: "The language of my own texts"
        case .menuSettings: "Other settings"
        case .menuSecretary: "Answers in your own name"
        case .menuUsage: "What you have used"
        case .menuPrivacy: "What I keep"
        case .menuMyData: "Get everything I keep about you"
        case .menuForgetMe: "Erase everything I keep about you"
        }
    }
}
