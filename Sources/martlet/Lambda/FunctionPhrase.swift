import MartletConversation

/// What a bot in a function says of the function's limits.
enum FunctionPhrase {
    /// Today's computing time is used up.
    case dayIsUsedUp(hours: Int)

    func text(in language: Language) -> String {
        switch (self, language) {
        case (.dayIsUsedUp(let hours), .english):
            "My computing time for today is used up. Let us go on in \(hours) h."
        case (.dayIsUsedUp(let hours), .turkish):
            "Bugünkü işlem sürem doldu. \(hours) saat sonra devam edelim."
        case (.dayIsUsedUp(let hours), .russian):
            "Моё вычислительное время на сегодня закончилось. Давайте продолжим через \(hours) ч."
        }
    }
}
