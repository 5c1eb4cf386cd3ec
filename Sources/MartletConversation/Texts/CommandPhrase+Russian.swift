extension CommandPhrase {
    var russian: String {
        switch self {
        case .onlyAdministratorsMay: "Это могут менять только администраторы этой группы."
        case .historyErased: "Готово: я забыл наш разговор."
        case .begunAfresh: "Начнём сначала: прежний разговор я отложил. О чём поговорим?"
        case .undone: "Готово: я забыл последний вопрос и свой ответ."
        case .nothingToUndo: "Возвращать пока нечего."
        case .nothingToRetry: "Пока нет вопроса, на который можно ответить заново."
        case .contextLengthSet(0): "Готово: теперь я смотрю только на последнее сообщение."
        case .contextLengthSet(1): "Готово: теперь, кроме последнего сообщения, я учитываю ещё одно, перед ним."
        case .contextLengthSet(let count):
            """
            Готово: теперь я учитываю последние \(count) \
            \(RussianPlural.form(of: Int64(count), "сообщение", "сообщения", "сообщений")).
            """
        case .contextLengthInvalid(let maximum, let current):
            """
            Укажите, пожалуйста, целое число от 0 до \(maximum), например: /set_context_length 10
            Сейчас это \(current).
            """
        case .modelQuestion(let current, true): "Сейчас мои ответы пишет \(current). Какую модель взять?"
        case .modelQuestion(let current, false): "Мои ответы пишет \(current). Другой модели у меня нет."
        case .noSuchModel(let name): "Модели \(name) у меня нет."
        case .modelSet(let name): "Готово: теперь отвечает \(name)."
        case .modelLoading(let name): "Минуту: готовлю модель \(name)…"
        case .modelUnavailable(let name):
            "Извините, подготовить модель \(name) не получилось, всё осталось как было. Причина записана в моём журнале."
        case .personaQuestion(let current, true): "Сейчас я \(current). Кем мне быть?"
        case .personaQuestion(let current, false): "Я \(current), и больше никто."
        case .noSuchPersona(let name): "Быть \(name) я не умею."
        case .personaSet(let name): "Готово: теперь я \(name)."
        case .languageQuestion: "На каком языке мне писать свои тексты? На вопросы я отвечаю на вашем."
        case .languageSet: "Готово: теперь мои собственные тексты на русском."
        case .alreadySo: "Так уже и есть."
        case .settingsTitle:
            """
            Как вам удобнее?
            1. Если вы пишете, пока я отвечаю: отвечать по очереди, перейти к последнему или сначала закончить.
            2. Мысли, если они есть у модели.
            3. Вид ответов: простые сообщения или с таблицами и заголовками, которые старые приложения не показывают.
            """
        case .busyQueue: "По очереди"
        case .busyReplace: "К последнему"
        case .busyIgnore: "Закончить"
        case .thinkingShown: "Показывать мысли"
        case .thinkingHidden: "Скрывать мысли"
        case .stylePlain: "Простой"
        case .styleRich: "С таблицами"
        case .settingsReading:
            """
            4. То, что говорят здесь не мне: я могу читать всё, чтобы понимать, о чём речь, или только то, что мне. Я храню последние \
            сообщения, не больше \(Remembrance.overheardLimit); /reset стирает их.
            """
        case .readsAlong: "Читать всё"
        case .readsOnlyItsOwn: "Только мне"
        case .privacy:
            """
            Я храню наш разговор, чтобы на него опираться, и передаю его языковой модели, которая пишет мои ответы. \
            /reset заставит меня забыть разговор.
            """
        case .onlyInPrivate: "Это только между нами: напишите мне, пожалуйста, в личном чате."
        case .myDataCaption: "Всё, что я храню о вас."
        case .forgetMeQuestion:
            """
            Стереть всё, что я храню о вас: разговоры, настройки и всё, что из них сделано? \
            Отменить это нельзя.
            """
        case .forgetMeYes: "Да, стереть"
        case .forgetMeNo: "Нет"
        case .forgetMeKept: "Тогда ничего не стираю."
        case .forgotten: "Готово: я стёр всё, что хранил о вас."
        case .menuStart: "Поздороваться"
        case .menuHelp: "Что я умею"
        case .menuNew: "Начать новый разговор"
        case .menuStop: "Остановить ответ"
        case .menuRetry: "Ответить на последний вопрос заново"
        case .menuUndo: "Забыть последний вопрос и ответ"
        case .menuReset: "Забыть наш разговор"
        case .menuSetContextLength: "Сколько прошлых сообщений учитывать"
        case .menuModel: "Какая модель отвечает"
        case .menuPersona: "Кем мне быть"
        case .menuLanguage: "Язык моих собственных текстов"
        case .menuSettings: "Другие настройки"
        case .menuSecretary: "Ответы от вашего имени"
        case .menuUsage: "Сколько вы использовали"
        case .menuPrivacy: "Что я храню"
        case .menuMyData: "Получить всё, что я храню о вас"
        case .menuForgetMe: "Стереть всё, что я храню о вас"
        }
    }
}
