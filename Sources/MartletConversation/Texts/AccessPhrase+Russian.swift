extension AccessPhrase {
    var russian: String {
        switch self {
        case .stranger(true, let number):
            """
            Здравствуйте! Я говорю только с теми, кого впустил мой владелец. Попросите у него код и пришлите его мне сюда.
            Если он спросит: ваш номер \(number).
            """
        case .stranger(false, _):
            "Здравствуйте! У меня пока нет владельца. Если меня настроили вы: код есть в моём журнале. Пришлите его мне сюда."
        case .wrongCode(let left) where left <= 0:
            "Этот код не подходит. Попробуйте, пожалуйста, через час с новым кодом от моего владельца."
        case .wrongCode:
            "Этот код не подходит: код действует один раз и в течение часа. Попросите, пожалуйста, у моего владельца новый."
        case .welcome:
            "Добро пожаловать! Теперь можно разговаривать. Что я умею, покажет /help."
        case .welcomeOwner:
            """
            Добро пожаловать! Теперь вы мой владелец.

            /pair - код, который впустит кого-нибудь
            /users - кто может говорить со мной
            /groups - в каких я группах
            /help - всё остальное
            """
        case .cameIn(let name, let number, .owner): "По коду теперь есть ещё один владелец: \(name) (\(number))."
        case .cameIn(let name, let number, _): "По коду теперь со мной может говорить \(name) (\(number))."
        case .invitation(let code, let link, let minutes):
            "Этот код впустит одного человека, действует \(minutes) мин:\n\n\(code)\n\n"
                + (link.map { "Его можно прислать мне или открыть\n\($0)" } ?? "Его нужно прислать мне.")
                + "\n\nПо номеру в Telegram можно впустить и так: /allow НОМЕР."
        case .needsNumber:
            """
            Укажите, пожалуйста, номер человека в Telegram, например: /allow 123456789
            Одного @имени мало: его можно отдать, и его займёт другой. Когда я отказываю, я называю человеку его номер; \
            для кода от /pair номер не нужен.
            """
        case .isAllowed(let name, let number): "\(name ?? "\(number)") может говорить со мной."
        case .isBlocked(let name, let number): "Доступ закрыт: \(name ?? "\(number)"). От меня больше ничего не придёт."
        case .ownerStays: "Это владелец по настройкам (access.owners), закрыть ему доступ я не могу."
        case .notYourself: "Закрыть доступ самому себе нельзя: это может сделать только другой владелец."
        case .notYours: "Эта кнопка не для вас."
        case .people(true): "Со мной могут говорить все, кому не закрыт доступ. Я знаю:"
        case .people(false): "Со мной могут говорить:"
        case .groupList: "Мои группы:"
        case .nobody: "пока никого"
        case .roleName(.member): "участник"
        case .roleName(.admin): "помощник"
        case .roleName(.owner): "владелец"
        case .blockedName: "доступ закрыт"
        case .groupStanding(.pending): "ждёт вас"
        case .groupStanding(.approved): "одобрена"
        case .groupStanding(.refused): "отклонена"
        case .settingsBy(.administrators): "настройки: администраторы"
        case .settingsBy(.everybody): "настройки: все"
        case .groupWaits(let title, let name, let hours):
            (name.map { "Меня добавили в группу \(title), это сделал(а) \($0)." } ?? "Я в группе \(title).")
                + " Можно мне там отвечать? Пока вы не решите, я молчу, а через \(hours) ч выйду."
        case .groupApproved(let title): "Теперь я отвечаю в группе \(title)."
        case .groupLeft(let title): "Я больше не в группе \(title)."
        case .groupGone: "Меня в этой группе уже нет."
        case .joinedChannel(let title):
            """
            Теперь я в канале \(title). Сам я там ничего не пишу. Чтобы я отвечал на комментарии, добавьте меня в группу \
            обсуждений этого канала.
            """
        case .joinedGroup(let username, let seesEverything):
            "Здравствуйте! Чтобы поговорить со мной, ответьте на моё сообщение"
                + (username.map { " или начните с @\($0)" } ?? " или назовите меня") + ". "
                + (seesEverything
                    ? "Telegram показывает мне всё, что здесь пишут; отвечаю я, только когда меня спросят."
                    : "Telegram показывает мне только команды, ответы мне и сообщения с моим именем; если я вас не "
                        + "слышу, ответьте на это сообщение.")
        case .approve: "Одобрить"
        case .leave: "Выйти"
        case .block: "Закрыть доступ"
        case .letIn: "Впустить"
        }
    }
}
