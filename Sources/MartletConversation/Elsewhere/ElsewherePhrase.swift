/// What the bot says in chats that it is not in.
public enum ElsewherePhrase: Sendable, Hashable {
    case askAgain, askAgainSummary
    case notAdmitted
    case exhausted
    case slow, slowSummary
    case failed, failedSummary
    case example, example1, example2, example3
    case noAnswer
}

extension Language {
    /// The bot's text for a phrase.
    public func text(_ phrase: ElsewherePhrase) -> String {
        switch self {
        case .english: phrase.english
        case .turkish: phrase.turkish
        case .russian: phrase.russian
        }
    }
}

extension ElsewherePhrase {
    var english: String {
        switch self {
        case .askAgain: "Ask again"
        case .askAgainSummary: "Add a word for another answer, or send the question as it is"
        case .notAdmitted: "I don't know you, so I may not answer here"
        case .exhausted: "That is all for now"
        case .slow: "I need more time"
        case .slowSummary: "Add a word to ask again, or ask me in my own chat"
        case .failed: "Something went wrong on my side"
        case .failedSummary: "Please try again in a moment"
        case .example: "For example"
        case .example1: "How do you say \"good luck\" in Turkish?"
        case .example2: "What can I cook from eggs and tomatoes?"
        case .example3: "Explain a black hole in two sentences"
        case .noAnswer: "Sorry, I could not answer this. Please ask me again in other words."
        }
    }

    var turkish: String {
        switch self {
        case .askAgain: "Yeniden sor"
        case .askAgainSummary: "Başka bir yanıt için bir sözcük ekleyin ya da soruyu olduğu gibi gönderin"
        case .notAdmitted: "Sizi tanımıyorum, bu yüzden burada yanıtlayamam"
        case .exhausted: "Şimdilik bu kadar"
        case .slow: "Biraz daha zaman gerek"
        case .slowSummary: "Yeniden sormak için bir sözcük ekleyin ya da bana kendi sohbetimde yazın"
        case .failed: "Bende bir sorun oldu"
        case .failedSummary: "Lütfen birazdan yeniden deneyin"
        case .example: "Örneğin"
        case .example1: "\"Bol şans\" İngilizce nasıl denir?"
        case .example2: "Yumurta ve domatesle ne pişirebilirim?"
        case .example3: "Kara deliği iki cümlede anlat"
        case .noAnswer: "Üzgünüm, bunu yanıtlayamadım. Lütfen başka sözcüklerle sorun."
        }
    }

    var russian: String {
        switch self {
        case .askAgain: "Спросить ещё раз"
        case .askAgainSummary: "Добавьте слово, и ответ будет другим, или отправьте сам вопрос"
        case .notAdmitted: "Я вас не знаю и отвечать здесь не могу"
        case .exhausted: "На сегодня всё"
        case .slow: "Мне нужно больше времени"
        case .slowSummary: "Добавьте слово, чтобы спросить ещё раз, или напишите мне в мой чат"
        case .failed: "У меня что-то сломалось"
        case .failedSummary: "Попробуйте, пожалуйста, чуть позже"
        case .example: "Например"
        case .example1: "Как сказать «удачи» по-турецки?"
        case .example2: "Что приготовить из яиц и помидоров?"
        case .example3: "Объясни чёрную дыру в двух предложениях"
        case .noAnswer: "Извините, ответить не получилось. Спросите, пожалуйста, другими словами."
        }
    }
}
