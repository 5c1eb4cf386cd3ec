/// What the bot itself says about its answers, apart from the model.
public enum Phrase: Sendable, Hashable {
    case greeting(botName: String)
    case help(maximumContextLength: Int)
    case unknownCommand
    case onlyText
    case messageTooLong(maximum: Int)
    case tooManyWaiting
    case busy
    case waitingLeftOut(count: Int)
    case emptyAnswer
    case answerFailed
    case answerInterrupted
    case gaveUp
    case stopped
    case stoppedInSilence
    case outOfTime
    case outOfTimeInSilence
    case nothingToStop
    case onlyOwnerMay(name: String)
    case onlyAskerMay
    case noLongerKnown
}
