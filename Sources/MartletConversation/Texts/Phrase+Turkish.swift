extension Phrase {
    var turkish: String {
        switch self {
        case .greeting(let botName):
            "Merhaba! Ben \(botName). Bana yazın, yanıtlayayım. Neler yapabildiğimi /help gösterir."
        case .help(let maximum):
            """
            Bana yazmanız yeterli; yanıtlarım. Konuştuklarımızı hatırlarım.

            /reset - konuşmamızı unut (/delete_history da olur)
            /set_context_length N - kaç önceki mesajı göz önünde bulundurayım, 0 ile \(maximum) arası
            /help - bu metin
            """
        case .historyErased:
            "Tamam: konuşmamızı unuttum."
        case .contextLengthSet(0):
            "Tamam: artık yalnızca son mesajınıza bakacağım."
        case .contextLengthSet(let count):
            "Tamam: artık son \(count) mesajı göz önünde bulunduracağım."
        case .contextLengthInvalid(let maximum, let current):
            """
            Lütfen 0 ile \(maximum) arasında bir tam sayı verin, örneğin: /set_context_length 10
            Şu anki değer \(current).
            """
        case .unknownCommand:
            "Bu komutu bilmiyorum. Bildiklerimi /help gösterir."
        case .onlyText:
            "Şimdilik yalnızca yazı okuyabiliyorum. Lütfen bana sözcüklerle yazın."
        case .messageTooLong(let maximum):
            "Bu benim için çok uzun. Lütfen bir seferde en çok \(maximum) karakter gönderin."
        case .tooManyWaiting:
            "Yanıtlayabildiğimden hızlı yazıyorsunuz. Bu mesajı atladım; lütfen biraz sonra yeniden gönderin."
        case .emptyAnswer:
            "Buna bir yanıtım yok. Başka sözcüklerle sorabilir misiniz?"
        case .answerFailed:
            "Üzgünüm, bende bir sorun oldu ve yanıtlayamadım. Lütfen birazdan yeniden deneyin."
        case .answerInterrupted:
            "Üzgünüm, bende bir sorun oldu ve yanıtı bitiremedim."
        case .gaveUp:
            "Üzgünüm, birkaç kez denedim ama bu mesajı yanıtlayamadım. Lütfen başka sözcüklerle yazın."
        case .menuStart: "Selamlaş"
        case .menuHelp: "Neler yapabilirim"
        case .menuReset: "Konuşmamızı unut"
        case .menuSetContextLength: "Kaç önceki mesaja bakayım"
        }
    }
}
