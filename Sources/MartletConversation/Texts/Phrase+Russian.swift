extension Phrase {
    var russian: String {
        switch self {
        case .greeting(let botName):
            "Здравствуйте! Я \(botName). Напишите мне, и я отвечу. Что я умею, покажет /help."
        case .help(let maximum):
            """
            Просто напишите мне, и я отвечу. Я помню, о чём мы говорили.

            /reset - забыть наш разговор (или /delete_history)
            /set_context_length N - сколько прошлых сообщений учитывать, от 0 до \(maximum)
            /help - этот текст
            """
        case .historyErased:
            "Готово: я забыл наш разговор."
        case .contextLengthSet(0):
            "Готово: теперь я смотрю только на последнее сообщение."
        case .contextLengthSet(let count):
            "Готово: теперь я учитываю последние сообщения, числом до \(count)."
        case .contextLengthInvalid(let maximum, let current):
            """
            Укажите, пожалуйста, целое число от 0 до \(maximum), например: /set_context_length 10
            Сейчас это \(current).
            """
        case .unknownCommand:
            "Я не знаю такой команды. Известные мне покажет /help."
        case .onlyText:
            "Пока я умею читать только текст. Напишите, пожалуйста, словами."
        case .messageTooLong(let maximum):
            "Это для меня слишком длинно. Присылайте, пожалуйста, не более \(maximum) символов за раз."
        case .tooManyWaiting:
            "Вы пишете быстрее, чем я отвечаю. Это сообщение я пропустил; пришлите его, пожалуйста, чуть позже."
        case .emptyAnswer:
            "У меня нет на это ответа. Можете спросить другими словами?"
        case .answerFailed:
            "Извините, у меня что-то сломалось, и я не смог ответить. Попробуйте, пожалуйста, чуть позже."
        case .answerInterrupted:
            "Извините, у меня что-то сломалось, и я не смог закончить."
        case .gaveUp:
            "Извините, я пробовал несколько раз и не смог ответить. Напишите, пожалуйста, другими словами."
        case .menuStart: "Поздороваться"
        case .menuHelp: "Что я умею"
        case .menuReset: "Забыть наш разговор"
        case .menuSetContextLength: "Сколько прошлых сообщений учитывать"
        }
    }
}
