/// What the bot says about what becomes of people's words.
enum PrivacyPhrase: Sendable, Hashable {
    case kept
    case keptForDays(Int)
    case keptUntilErased
    case readsAlong(count: Int)
    case nobodyReads
    case providersRead([String])
    case yourRights
}

extension Language {
    /// The bot's text for a phrase about privacy.
    func text(_ phrase: PrivacyPhrase) -> String {
        switch self {
        case .english: phrase.english
        case .turkish: phrase.turkish
        case .russian: phrase.russian
        }
    }
}

extension PrivacyPhrase {
    var english: String {
        switch self {
        case .kept:
            """
            I am a program: a language model writes my answers. So that I can go on where we were, I keep on the machine \
            where I run: our messages, your name and number in Telegram, what you set with commands, and how much you used.
            """
        case .keptForDays(1): "Messages are forgotten after a day."
        case .keptForDays(let days): "Messages are forgotten after \(days) days."
        case .keptUntilErased: "Messages are kept until you erase them."
        case .readsAlong(let count):
            "In a group whose administrators chose so in /settings I also keep the latest \(count) messages that are not for me."
        case .nobodyReads:
            "The model runs on the same machine; nobody but Telegram, which carries the messages, and whoever runs me sees them."
        case .providersRead(let names):
            "To answer, I send the conversation to \(names.joined(separator: ", ")). Telegram carries the messages, and whoever "
                + "runs me can see them."
        case .yourRights:
            """
            /mydata - everything that I know about you, as a file
            /forgetme - erases all of it, your access too: to come back you may need a new code
            /reset - forgets our conversation only

            After /forgetme only numbers stay: those of updates, so that nothing is answered twice, and what you used of this \
            month's limits, until the month ends. An owner stays an owner, and who is blocked stays blocked.
            """
        }
    }

    var turkish: String {
        switch self {
        case .kept:
            """
            Ben bir programım: yanıtlarımı bir dil modeli yazar. Kaldığımız yerden sürdürebilmek için, çalıştığım makinede şunları \
            saklarım: mesajlarımız, Telegram'daki adınız ve numaranız, komutlarla seçtikleriniz ve ne kadar kullandığınız.
            """
        case .keptForDays(let days): "Mesajlar \(days) gün sonra unutulur."
        case .keptUntilErased: "Mesajlar siz silene dek saklanır."
        case .readsAlong(let count):
            "Yöneticileri /settings ile böyle seçen bir grupta, bana yazılmayan son \(count) mesajı da saklarım."
        case .nobodyReads:
            "Model aynı makinede çalışır; mesajları taşıyan Telegram ve beni çalıştıran kişi dışında kimse görmez."
        case .providersRead(let names):
            "Yanıtlamak için konuşmayı şuraya gönderirim: \(names.joined(separator: ", ")). Mesajları Telegram taşır; beni "
                + "çalıştıran kişi de görebilir."
        case .yourRights:
            """
            /mydata - hakkınızda bildiğim her şey, dosya olarak
            /forgetme - hepsini siler, erişiminizi de: dönmek için yeni bir kod gerekebilir
            /reset - yalnızca konuşmamızı unutur

            /forgetme sonrasında yalnızca sayılar kalır: hiçbir şey iki kez yanıtlanmasın diye güncelleme numaraları ve, ay \
            bitene dek, bu ayın sınırlarından kullandığınız. Sahip sahip olarak, engellenen de engellenmiş olarak kalır.
            """
        }
    }

    var russian: String {
        switch self {
        case .kept:
            """
            Я программа: мои ответы пишет языковая модель. Чтобы продолжать разговор, я храню на машине, где работаю: наши \
            сообщения, ваше имя и номер в Telegram, то, что вы выбрали командами, и сколько вы израсходовали.
            """
        case .keptForDays(let days): "Сообщения забываются; срок хранения, дней: \(days)."
        case .keptUntilErased: "Сообщения хранятся, пока вы их не сотрёте."
        case .readsAlong(let count):
            "В группе, где администраторы так выбрали в /settings, я храню и последние сообщения, сказанные не мне, не больше \(count)."
        case .nobodyReads:
            "Модель работает на той же машине; сообщения видят только Telegram, который их передаёт, и тот, кто меня запустил."
        case .providersRead(let names):
            "Чтобы ответить, я отправляю разговор сюда: \(names.joined(separator: ", ")). Сообщения передаёт Telegram; их может "
                + "видеть и тот, кто меня запустил."
        case .yourRights:
            """
            /mydata - всё, что я о вас знаю, файлом
            /forgetme - стирает всё это, и доступ тоже: чтобы вернуться, может понадобиться новый код
            /reset - забывает только наш разговор

            После /forgetme остаются только числа: номера обновлений, чтобы ничто не получило ответ дважды, и, до конца месяца, \
            сколько вы израсходовали из его запаса. Владелец остаётся владельцем, а закрытый доступ закрытым.
            """
        }
    }
}
