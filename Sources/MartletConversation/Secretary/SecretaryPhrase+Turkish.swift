extension SecretaryPhrase {
    var turkish: String {
        switch self {
        case .greeting:
            """
            Sizin adınıza yanıt vermeme izin verdiniz. Siz seçene kadar hiçbir şey yapmam:

            Kapalı - susarım.
            Öner - burada taslak yazarım, siz gönderirsiniz.
            Otomatik - bir insan kadar yavaş, kendim yanıtlarım; siz yazınca ara veririm.

            Bu, herkes için geçerli olur. /secretary tek bir kişi için değiştirir ve gönderdiklerimi gösterir.
            """
        case .greetingWithoutRights:
            "Beni bağladınız, ama adınıza yazamıyorum. İsterseniz Telegram ayarlarında yanıtlamaya izin verin."
        case .rightsLost: "Artık adınıza yazamıyorum, bu yüzden durdum. Seçimleriniz duruyor."
        case .ended: "Bağlantımı kestiniz. Artık adınıza bir şey yazmıyorum. Seçimleriniz duruyor."
        case .notConnected:
            """
            Özel sohbetlerinizi adınıza yanıtlayabilir ya da size taslak yazabilirim. Telegram'da Ayarlar'ı, sonra \
            Telegram Business'ı ya da Sohbet Otomasyonu'nu açıp beni seçin.
            """
        case .panel(let mode): "Sizin adınıza. Diğer herkes için: \(mode).\n\nBir kişi seçin:"
        case .panelEmpty(let mode): "Sizin adınıza: \(mode).\n\nBeni bağladığınızdan beri size kimse yazmadı."
        case .panelWithoutRights: "Şu anda adınıza yazamıyorum."
        case .contact(let name, let mode, let isPaused): "\(name): \(mode)\(isPaused ? ", duraklatıldı" : "")."
        case .contactGone: "Bu kişiyi artık tanımıyorum."
        case .modeOff: "Kapalı"
        case .modeSuggest: "Öner"
        case .modeAutomatic: "Otomatik"
        case .modeDefault: "Herkes gibi"
        case .pause: "Duraklat"
        case .resume: "Sürdür"
        case .offForAll: "Herkes için kapat"
        case .log: "Gönderdiklerim"
        case .back: "Geri"
        case .previous: "Öncekiler"
        case .next: "Devamı"
        case .chosen(let mode): "Tamam: \(mode)."
        case .everythingOff: "Tamam: her yerde susuyorum."
        case .logTitle: "Adınıza gönderilenler, en yenisi önde:"
        case .logEmpty: "Adınıza henüz bir şey göndermedim."
        case .logLine(let contact, let date, let isAutomatic, let state):
            "\(date), \(contact), \(isAutomatic ? "otomatik" : "sizden")\(state.turkish):"
        case .draft(let contact): "\(contact) için taslak:"
        case .send: "Gönder"
        case .edit: "Düzenle"
        case .discard: "At"
        case .draftState(let state, let contact):
            switch state {
            case .editing:
                "\(contact) için kendi sözleriniz: bu mesajı onlarla yanıtlayın, olduğu gibi gönderirim. Taslağım"
            case .sent: "\(contact) için gönderildi"
            case .failed: "\(contact) için gönderilemedi, Telegram izin vermedi"
            case .doubtful: "\(contact) için belki gönderildi: yarıda kaldım, bilmiyorum. Lütfen sohbetinize bakın"
            case .discarded: "\(contact) için taslak atıldı"
            case .outdated: "\(contact) için taslak, eskidi"
            case .withdrawn: "\(contact) için taslak, yanıtladığı mesaj silindiği için geri çekildi"
            }
        case .sending: "Gönderiyorum."
        case .alreadySent: "Zaten gönderildi."
        case .outdated: "Bu taslak eskidi."
        case .discarded: "Atıldı."
        case .editing: "Taslağı kendi sözlerinizle yanıtlayın."
        case .notPermitted: "Şu anda adınıza yazamıyorum."
        case .tooLate: "Son mesajının üzerinden bir günden çok geçti; Telegram artık yanıtlamama izin vermiyor."
        case .busy: "Bir dakika: bu kişiye başka bir şey gönderiliyor. Lütfen yeniden deneyin."
        case .notYours: "Bu size ait değil."
        case .notWritten(let contact): "\(contact) size yazdı. Denedim, ama taslak yazamadım."
        case .loopCut(let contact):
            "\(contact) ile siz olmadan çok kez yazıştım. Siz yazana ya da bir taslak gönderene kadar yalnızca öneririm."
        case .notSent(let contact): "Telegram bunu \(contact) kişisine göndermeme izin vermedi:"
        case .doubtful(let contact):
            "Yarıda kaldım; bunun \(contact) kişisine ulaşıp ulaşmadığını bilmiyorum. Lütfen sohbete bakın:"
        case .notAllowed(let contact): "\(contact) size yazdı, yanıt yazmadım:"
        case .disclosure: "(Bunu asistanım yazdı.)"
        }
    }
}

extension SentMessage.Outcome {
    fileprivate var turkish: String {
        switch self {
        case .sent: ""
        case .sending: ", yolda"
        case .failed: ", iletilmedi"
        case .doubtful: ", belki iletilmedi"
        }
    }
}
