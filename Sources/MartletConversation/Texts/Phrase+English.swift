extension Phrase {
    var english: String {
        switch self {
        case .greeting(let botName):
            "Hello! I am \(botName). Write to me and I will answer. /help shows what I can do."
        case .help(let maximum):
            """
            Just write to me, and I answer. I remember what we said.

            /reset - forget our conversation (also /delete_history)
            /set_context_length N - how many past messages I take into account, 0 to \(maximum)
            /help - this text
            """
        case .historyErased:
            "Done: I have forgotten our conversation."
        case .contextLengthSet(0):
            "Done: from now on I look at your latest message only."
        case .contextLengthSet(let count):
            "Done: from now on I take the last \(count) messages into account."
        case .contextLengthInvalid(let maximum, let current):
            """
            Please give a whole number from 0 to \(maximum), like this: /set_context_length 10
            At the moment it is \(current).
            """
        case .unknownCommand:
            "I do not know this command. /help shows the ones I know."
        case .onlyText:
            "I can only read text for now. Please write it to me in words."
        case .messageTooLong(let maximum):
            "This is too long for me. Please send at most \(maximum) characters at a time."
        case .tooManyWaiting:
            "You write faster than I can answer. I left this message out; please send it again in a while."
        case .emptyAnswer:
            "I have no answer to that. Could you put it in other words?"
        case .answerFailed:
            "Sorry, something went wrong on my side and I could not answer. Please try again in a moment."
        case .answerInterrupted:
            "Sorry, something went wrong on my side and I could not finish."
        case .gaveUp:
            "Sorry, I tried several times and could not answer this message. Please put it in other words."
        case .menuStart: "Say hello"
        case .menuHelp: "What I can do"
        case .menuReset: "Forget our conversation"
        case .menuSetContextLength: "How many past messages I take into account"
        }
    }
}
