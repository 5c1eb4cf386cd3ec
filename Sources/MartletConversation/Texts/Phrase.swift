/// Everything that the bot itself says, apart from the model.
public enum Phrase: Sendable, Hashable {
    case greeting(botName: String)
    case help(maximumContextLength: Int)
    case historyErased
    case contextLengthSet(Int)
    case contextLengthInvalid(maximum: Int, current: Int)
    case unknownCommand
    case onlyText
    case messageTooLong(maximum: Int)
    case tooManyWaiting
    case emptyAnswer
    case answerFailed
    case answerInterrupted
    case gaveUp
    case menuStart
    case menuHelp
    case menuReset
    case menuSetContextLength
}
