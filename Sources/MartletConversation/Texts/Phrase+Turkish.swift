extension Phrase {
    var turkish: String {
        switch self {
        case .greeting(let botName):
            "Merhaba! Ben \(botName). Bana yazın, yanıtlayayım. Neler yapabildiğimi /help gösterir."
        case .help(let maximum):
            "Bana yazmanız yeterli, yanıtlarım. Konuştuklarımızı hatırlarım: isterseniz \(maximum) mesaja kadar."
        case .unknownCommand:
            "Bu komutu bilmiyorum. Bildiklerimi /help gösterir."
        case .onlyText:
            "Şimdilik yalnızca metin okuyabiliyorum. Lütfen bana yazıyla anlatın."
        case .messageTooLong(let maximum):
            "Bu benim için çok uzun. Lütfen bir seferde en fazla \(maximum) karakter gönderin."
        case .tooManyWaiting:
            "Yanıtlayabildiğimden daha hızlı yazıyorsunuz. Bu mesajı atladım; lütfen biraz sonra yeniden gönderin."
        case .busy:
            "Bir dakika lütfen: hâlâ yanıt yazıyorum. Bu mesajı atladım; bitirince yeniden gönderin."
        case .waitingLeftOut(let count):
            count == 1
                ? "Durdum ve bu mesajı da atladım. Yanıt istiyorsanız lütfen yeniden gönderin."
                : "Durdum ve bekleyen \(count) mesajı atladım. Yanıt istediklerinizi lütfen yeniden gönderin."
        case .emptyAnswer:
            "Buna verecek bir yanıtım yok. Başka sözcüklerle sorabilir misiniz?"
        case .answerFailed:
            "Üzgünüm, bende bir sorun oldu ve yanıt veremedim. Lütfen biraz sonra yeniden deneyin."
        case .answerInterrupted:
            "Üzgünüm, bende bir sorun oldu ve bitiremedim."
        case .gaveUp:
            "Üzgünüm, birkaç kez denedim ama bu mesajı yanıtlayamadım. Lütfen başka sözcüklerle yazın."
        case .stopped: "⏹ Durduruldu."
        case .stoppedInSilence: "⏹ Bir şey söylemeden durduruldum."
        case .outOfTime: "⏳ Burada sürem doldu."
        case .outOfTimeInSilence: "⏳ Yanıtlayamadan sürem doldu. Lütfen yeniden deneyin."
        case .nothingToStop: "Şu anda bir şey yazmıyorum."
        case .onlyOwnerMay(let name): "Bunu yalnızca \(name) yapabilir: soruyu o sordu."
        case .onlyAskerMay: "Bunu yalnızca soruyu soran yapabilir."
        case .noLongerKnown: "Bunun neyle ilgili olduğunu artık hatırlamıyorum. Lütfen yeniden sorun."
        }
    }
}
