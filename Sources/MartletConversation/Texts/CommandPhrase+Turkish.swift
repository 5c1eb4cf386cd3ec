extension CommandPhrase {
    var turkish: String {
        switch self {
        case .onlyAdministratorsMay: "Bunu yalnızca bu grubun yöneticileri değiştirebilir."
        case .historyErased: "Tamam: konuşmamızı unuttum."
        case .begunAfresh: "Yeni bir başlangıç: konuşmamızı bir kenara koydum. Ne hakkında konuşalım?"
        case .undone: "Tamam: son sorunuzu ve yanıtımı unuttum."
        case .nothingToUndo: "Geri alabileceğim bir şey yok."
        case .nothingToRetry: "Yeniden yanıtlayabileceğim bir soru henüz yok."
        case .contextLengthSet(0): "Tamam: bundan sonra yalnızca son mesajınıza bakıyorum."
        case .contextLengthSet(1): "Tamam: bundan sonra son mesajınızdan önceki bir mesajı da dikkate alıyorum."
        case .contextLengthSet(let count): "Tamam: bundan sonra son \(count) mesajı dikkate alıyorum."
        case .contextLengthInvalid(let maximum, let current):
            """
            Lütfen 0 ile \(maximum) arasında bir tam sayı verin, örneğin: /set_context_length 10
            Şu anda \(current).
            """
        case .modelQuestion(let current, true): "Yanıtlarımı şu anda \(current) yazıyor. Hangi model olsun?"
        case .modelQuestion(let current, false): "Yanıtlarımı \(current) yazıyor. Seçilecek başka model yok."
        case .noSuchModel(let name): "\(name) adında bir modelim yok."
        case .modelSet(let name): "Tamam: bundan sonra \(name) yanıtlıyor."
        case .modelLoading(let name): "Bir dakika: \(name) hazırlanıyor…"
        case .modelUnavailable(let name):
            "Üzgünüm, \(name) hazırlanamadı; her şey olduğu gibi kaldı. Nedeni, beni çalıştıran kişi günlüğümde bulur."
        case .personaQuestion(let current, true): "Şu anda kimliğim: \(current). Kim olayım?"
        case .personaQuestion(let current, false): "Kimliğim \(current), başka biri değilim."
        case .noSuchPersona(let name): "\(name) olamam."
        case .personaSet(let name): "Tamam: bundan sonraki kimliğim: \(name)."
        case .languageQuestion: "Kendi metinlerim hangi dilde olsun? Sorularınızı sizin dilinizde yanıtlarım."
        case .languageSet: "Tamam: bundan sonra kendi metinlerim Türkçe."
        case .alreadySo: "Zaten öyle."
        case .settingsTitle:
            """
            Nasıl istersiniz?
            1. Ben yanıtlarken yazarsanız: sırayla yanıtlarım, en son yazdığınıza geçerim ya da önce bitiririm.
            2. Modelin varsa düşünceleri.
            3. Yanıtların görünüşü: yalın mesajlar ya da eski uygulamaların göstermediği, tablolu ve başlıklı zengin mesajlar.
            """
        case .busyQueue: "Sırayla"
        case .busyReplace: "En son"
        case .busyIgnore: "Önce bitir"
        case .thinkingShown: "Düşünceleri göster"
        case .thinkingHidden: "Düşünceleri gizle"
        case .stylePlain: "Yalın"
        case .styleRich: "Zengin"
        case .settingsReading:
            """
            4. Burada bana söylenmeyenler: neden söz ettiğinizi bilmek için birlikte okuyabilirim ya da karışmam. Bunların son \
            \(Remembrance.overheardLimit) mesajını saklarım; /reset siler.
            """
        case .readsAlong: "Birlikte oku"
        case .readsOnlyItsOwn: "Yalnızca bana yazılan"
        case .privacy:
            """
            Konuşmamızı, ona geri dönebilmek için saklarım ve yanıtlarımı yazan bir dil modeline veririm. \
            /reset konuşmayı unutmamı sağlar.
            """
        case .onlyInPrivate: "Bu ikimizin arasında: lütfen bana özel sohbetimizde yazın."
        case .myDataCaption: "Hakkınızda sakladığım her şey."
        case .forgetMeQuestion:
            """
            Hakkınızda sakladığım her şeyi sileyim mi: konuşmalar, ayarlar ve onlardan çıkardıklarım? \
            Bu geri alınamaz.
            """
        case .forgetMeYes: "Evet, sil"
        case .forgetMeNo: "Hayır"
        case .forgetMeKept: "O zaman hiçbir şey silmiyorum."
        case .forgotten: "Tamam: hakkınızda sakladığım her şeyi sildim."
        case .menuStart: "Merhaba deyin"
        case .menuHelp: "Neler yapabilirim"
        case .menuNew: "Yeni bir konuşmaya başlayın"
        case .menuStop: "Yazdığımı durdurun"
        case .menuRetry: "Son soruyu yeniden yanıtlayayım"
        case .menuUndo: "Son soruyu ve yanıtı unutayım"
        case .menuReset: "Konuşmamızı unutayım"
        case .menuSetContextLength: "Kaç eski mesajı dikkate alayım"
        case .menuModel: "Hangi model yanıtlasın"
        case .menuPersona: "Kim olayım"
        case .menuLanguage: "Kendi metinlerimin dili"
        case .menuSettings: "Diğer ayarlar"
        case .menuSecretary: "Sizin adınıza yanıtlar"
        case .menuUsage: "Ne kadar kullandınız"
        case .menuPrivacy: "Neleri saklıyorum"
        case .menuMyData: "Hakkınızda sakladıklarımı alın"
        case .menuForgetMe: "Hakkınızda sakladıklarımı silin"
        }
    }
}
