extension Phrase {
    var english: String {
        switch self {
        case .greeting(let botName):
            "Hello! I am \(botName). Write to me and I will answer. /help shows what I can do."
        case .help(let maximum):
            "Just write to me, and I answer. I remember what we said: up to \(maximum) messages, if you like."
        case .unknownCommand:
            "I do not know this command. /help shows the ones I know."
        case .onlyText:
            "I can only read text for now. Please write it to me in words."
        case .messageTooLong(let maximum):
            "This is too long for me. Please send at most \(maximum) characters at a time."
        case .tooManyWaiting:
            "You write faster than I can answer. I left this message out; please send it again in a while."
        case .busy:
            "One moment, please: I am still answering. I left this message out; send it again when I am done."
        case .waitingLeftOut(let count):
            count == 1
                ? "I stopped, and left this message out, too. Please send it again if you still want an answer."
                : "I stopped, and left out the \(count) messages that were waiting. Please send again what you still want."
        case .emptyAnswer:
            "I have no answer to that. Could you put it in other words?"
        case .answerFailed:
            "Sorry, something went wrong on my side and I could not answer. Please try again in a moment."
        case .answerInterrupted:
            "Sorry, something went wrong on my side and I could not finish."
        case .gaveUp:
            "Sorry, I tried several times and could not answer this message. Please put it in other words."
        case .stopped: "⏹ Stopped."
        case .stoppedInSilence: "⏹ Stopped before I said anything."
        case .outOfTime: "⏳ I ran out of time here."
        case .outOfTimeInSilence: "⏳ I ran out of time before I could answer. Please try again."
        case .nothingToStop: "I am not writing anything at the moment."
        case .onlyOwnerMay(let name): "Only \(name) may do that: it was their question."
        case .onlyAskerMay: "Only the one who asked may do that."
        case .noLongerKnown: "I no longer remember what this was about. Please ask me again."
        }
    }
}
