/// The words of a text that say what it is about, brought to stems, so that `limits` and `limit` are one.
///
/// English, Turkish and Russian: their most common words and endings. For other languages a word is its own stem.
enum WordStems {
    /// The stems of a text in order, without the words that every text has.
    static func stems(of text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" && $0 != "’" }
            .compactMap { word in
                let plain = word.split { $0 == "'" || $0 == "’" }.first.map { String($0) } ?? ""
                guard !plain.isEmpty, !common.contains(plain) else { return nil }
                return stem(plain)
            }
    }

    private static func stem(_ word: String) -> String {
        guard let first = word.unicodeScalars.first else { return word }
        if (0x400...0x4FF).contains(first.value) { return cut(word, russianEndings, keeping: 4) }
        if word.utf8.count != word.count { return cut(word, turkishEndings, keeping: 3) }
        var stem = cut(word, englishEndings, keeping: 3)
        if stem.count > 3, stem.last == "e" { stem.removeLast() }
        // The doubled consonant of "stopped".
        if stem.count > 3, stem != word, let last = stem.last, stem.dropLast().last == last, !"aeioulsz".contains(last)
        {
            stem.removeLast()
        }
        return stem
    }

    private static func cut(_ word: String, _ endings: [String], keeping count: Int) -> String {
        for ending in endings where word.hasSuffix(ending) && word.count - ending.count >= count {
            return String(word.dropLast(ending.count))
        }
        return word
    }

    private static let englishEndings = [
        "ations", "ation", "ings", "ing", "edly", "ers", "ies", "ed", "es", "er", "ly", "s",
    ]
    private static let turkishEndings = [
        "larımız", "lerimiz", "larından", "lerinden", "larını", "lerini", "ların", "lerin", "ları", "leri", "lar",
        "ler",
        "ından", "inden", "undan", "ünden", "nın", "nin", "nun", "nün", "dan", "den", "tan", "ten", "ın", "in", "un",
        "ün",
        "yı", "yi", "yu", "yü", "da", "de", "ta", "te", "ı", "i", "u", "ü",
    ]
    private static let russianEndings = [
        "иями", "ями", "ами", "ого", "его", "ому", "ему", "ыми", "ими", "иях", "ах", "ях", "ов", "ев", "ей", "ий", "ый",
        "ой",
        "ая", "яя", "ое", "ее", "ые", "ие", "ию", "ия", "ом", "ем", "ам", "ям", "ть", "ет", "ит", "ют", "ут", "ят",
        "а", "я", "ы", "и", "у", "ю", "е", "о", "ь",
    ]

    private static let common: Set<String> = Set(
        """
        a an and any are as at be been but by can could did do does doing for from get go had happen happens has have how i if in \
        into is it its just many may me more most much must my no not of on one or our please shall should so some such tell than \
        that the their them then there these they this to too up us use used uses using was we were what when where which while \
        who whom whose why will with work works would you your yours about also am because been being both each he her him his \
        she other over own same through under until very make makes made need let \
        hello hi hey thanks thank ok okay yes bye good morning evening welcome great nice cool \
        ve ile bir bu şu o mi mı mu mü ne nasıl neden niçin nerede hangi kim kaç var yok için ben sen biz siz onlar da de ki gibi \
        daha çok en mıdır midir lütfen peki merhaba selam teşekkürler teşekkür evet hayır olur olarak veya ya her ama \
        и в во на с со к о об из у за по от до для не ни но а или что как где когда кто какой какая какие какое почему зачем \
        сколько есть быть был была это этот эта эти то тот та те я ты он она оно мы вы они мне меня мой моя мои ваш ли же бы \
        можно нужно надо привет здравствуйте спасибо да нет пожалуйста так если чем при
        """.split(whereSeparator: \.isWhitespace).map { String($0) }
    )
}
