extension AccessPhrase {
    var turkish: String {
        switch self {
        case .stranger(true, let number):
            """
            Merhaba! Yalnızca sahibimin izin verdiği kişilerle konuşuyorum. Ondan bir eşleştirme kodu isteyip bana buradan \
            gönderin.
            Sorarsa: numaranız \(number).
            """
        case .stranger(false, _):
            "Merhaba! Henüz bir sahibim yok. Beni kuran sizseniz, günlüğümde bir eşleştirme kodu var; onu bana buradan gönderin."
        case .wrongCode(let left) where left <= 0:
            "Bu kod geçerli değil. Lütfen bir saat sonra, sahibimden alacağınız yeni bir kodla deneyin."
        case .wrongCode:
            "Bu kod geçerli değil; kodlar bir kez ve bir saat içinde kullanılır. Lütfen sahibimden yenisini isteyin."
        case .welcome:
            "Hoş geldiniz! Artık konuşabiliriz. Neler yapabildiğimi /help gösterir."
        case .welcomeOwner:
            """
            Hoş geldiniz! Artık sahibim sizsiniz.

            /pair - birini içeri alan bir kod
            /users - benimle kimler konuşabilir
            /groups - hangi gruplardayım
            /help - geri kalan her şey
            """
        case .cameIn(let name, let number, .owner):
            "\(name) (\(number)) bir eşleştirme koduyla geldi ve artık o da sahibim."
        case .cameIn(let name, let number, _): "\(name) (\(number)) bir eşleştirme koduyla geldi."
        case .invitation(let code, let link, let minutes):
            "Bu kod \(minutes) dakika içinde bir kişiyi içeri alır:\n\n\(code)\n\n"
                + (link.map { "Bana gönderebilir ya da şunu açabilir:\n\($0)" } ?? "Bana göndermesi yeterli.")
                + "\n\nTelegram numarası bilinen biri /allow NUMARA ile de alınabilir."
        case .needsNumber:
            """
            Lütfen kişinin Telegram numarasını verin, örneğin: /allow 123456789
            @ad yetmez: sahibi onu bırakabilir, başkası alabilir. Geri çevirdiğim kişiye numarasını söylerim; /pair ile \
            alınan kod için numara gerekmez.
            """
        case .isAllowed(let name, let number): "\(name ?? "\(number)") benimle konuşabilir."
        case .isBlocked(let name, let number): "\(name ?? "\(number)") engellendi; benden bir şey duymaz."
        case .ownerStays: "Bu kişi ayarlara göre sahibim (access.owners); onu engelleyemem."
        case .notYourself: "Kendinizi engelleyemezsiniz; bunu ancak başka bir sahibim yapabilir."
        case .notYours: "Bu düğme sizin için değil."
        case .people(true): "Engellenmemiş herkes benimle konuşabilir. Tanıdıklarım:"
        case .people(false): "Benimle konuşabilenler:"
        case .groupList: "Gruplarım:"
        case .nobody: "henüz kimse yok"
        case .roleName(.member): "üye"
        case .roleName(.admin): "yönetici"
        case .roleName(.owner): "sahip"
        case .blockedName: "engellendi"
        case .groupStanding(.pending): "sizi bekliyor"
        case .groupStanding(.approved): "onaylı"
        case .groupStanding(.refused): "reddedildi"
        case .settingsBy(.administrators): "ayarlar: yöneticiler"
        case .settingsBy(.everybody): "ayarlar: herkes"
        case .groupWaits(let title, let name, let hours):
            (name.map { "\($0) beni \(title) grubuna ekledi." } ?? "\(title) grubundayım.")
                + " Orada yanıt vereyim mi? Siz söyleyene dek susarım; \(hours) saat sonra gruptan çıkarım."
        case .groupApproved(let title): "Artık \(title) grubunda yanıt veriyorum."
        case .groupLeft(let title): "\(title) grubundan çıktım."
        case .groupGone: "Artık bu grupta değilim."
        case .joinedChannel(let title):
            """
            Artık \(title) kanalındayım. Orada kendiliğimden hiçbir şey yazmam. Yorumları yanıtlamam için beni kanalın \
            tartışma grubuna ekleyin.
            """
        case .joinedGroup(let username, let seesEverything):
            "Merhaba! Benimle konuşmak için bir mesajımı yanıtlayın"
                + (username.map { " ya da @\($0) diye başlayın" } ?? " ya da adımı anın") + ". "
                + (seesEverything
                    ? "Telegram burada yazılan her şeyi bana gösteriyor; yalnızca bana sorulunca yanıt veririm."
                    : "Telegram bana yalnızca komutları, bana verilen yanıtları ve adımın geçtiği mesajları gösteriyor; "
                        + "sizi duymazsam bu mesajı yanıtlayın.")
        case .approve: "Onayla"
        case .leave: "Çık"
        case .block: "Engelle"
        case .letIn: "İçeri al"
        }
    }
}
