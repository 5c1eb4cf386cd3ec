extension SecretaryPhrase {
    var russian: String {
        switch self {
        case .greeting:
            """
            Вы разрешили мне отвечать от вашего имени. Пока вы не выберете, я ничего не делаю:

            Выключено - я молчу.
            Предлагать - я пишу черновики здесь, а отправляете их вы.
            Автоматически - я отвечаю сам, не быстрее человека, и умолкаю, когда пишете вы.

            Выбор действует для всех; /secretary меняет его для одного собеседника и показывает, что я отправил.
            """
        case .greetingWithoutRights:
            "Вы подключили меня, но писать от вашего имени мне нельзя. Если хотите, разрешите ответы в настройках Telegram."
        case .rightsLost: "Мне больше нельзя писать от вашего имени, и я остановился. Ваш выбор сохранён."
        case .ended: "Вы отключили меня. Больше я ничего не пишу от вашего имени. Ваш выбор сохранён."
        case .notConnected:
            """
            Я могу отвечать в ваших личных чатах от вашего имени или писать для вас черновики. Откройте в Telegram \
            «Настройки», затем «Telegram для бизнеса» или «Автоматизация чатов» и выберите там меня.
            """
        case .panel(let mode): "От вашего имени. Для всех остальных: \(mode).\n\nВыберите собеседника:"
        case .panelEmpty(let mode): "От вашего имени: \(mode).\n\nС тех пор как вы подключили меня, вам никто не писал."
        case .panelWithoutRights: "Сейчас мне нельзя писать от вашего имени."
        case .contact(let name, let mode, let isPaused): "\(name): \(mode)\(isPaused ? ", пауза" : "")."
        case .contactGone: "Этого собеседника я больше не знаю."
        case .modeOff: "Выключено"
        case .modeSuggest: "Предлагать"
        case .modeAutomatic: "Автоматически"
        case .modeDefault: "Как для всех"
        case .pause: "Пауза"
        case .resume: "Продолжить"
        case .offForAll: "Выключить для всех"
        case .log: "Что я отправил"
        case .back: "Назад"
        case .previous: "Предыдущие"
        case .next: "Ещё"
        case .chosen(let mode): "Готово: \(mode)."
        case .everythingOff: "Готово: теперь я везде молчу."
        case .logTitle: "Отправлено от вашего имени, сначала новое:"
        case .logEmpty: "От вашего имени я ещё ничего не отправил."
        case .logLine(let contact, let date, let isAutomatic, let state):
            "\(date), \(contact), \(isAutomatic ? "автоматически" : "вами")\(state.russian):"
        case .draft(let contact): "\(contact), черновик ответа:"
        case .send: "Отправить"
        case .edit: "Изменить"
        case .discard: "Убрать"
        case .draftState(let state, let contact):
            switch state {
            case .editing:
                "\(contact), ваш ответ: напишите его в ответ на это сообщение, и я отправлю его как есть. Мой черновик"
            case .sent: "\(contact), отправлено"
            case .failed: "\(contact), не отправлено: Telegram не разрешил"
            case .doubtful:
                "\(contact), возможно, отправлено: меня прервали, и я не знаю. Загляните, пожалуйста, в ваш чат"
            case .discarded: "\(contact), черновик убран"
            case .outdated: "\(contact), черновик устарел"
            case .withdrawn: "\(contact), черновик отозван: сообщение, на которое он отвечал, удалили"
            }
        case .sending: "Отправляю."
        case .alreadySent: "Это уже отправлено."
        case .outdated: "Этот черновик устарел."
        case .discarded: "Убрано."
        case .editing: "Ответьте на черновик своими словами."
        case .notPermitted: "Сейчас мне нельзя писать от вашего имени."
        case .tooLate: "Последнему сообщению собеседника больше суток, и Telegram не даёт мне ответить."
        case .busy: "Минуту: этому собеседнику уже что-то отправляется. Попробуйте, пожалуйста, ещё раз."
        case .notYours: "Это не ваше."
        case .notWritten(let contact): "Вам пишет \(contact). Я пробовал, но черновик не получился."
        case .loopCut(let contact):
            """
            Собеседник \(contact) уже получил от меня много ответов без вас. Теперь я только предлагаю, пока вы не напишете \
            сами или не отправите черновик.
            """
        case .notSent(let contact): "Telegram не дал мне это отправить. Получатель: \(contact). Текст:"
        case .doubtful(let contact):
            "Меня прервали, и я не знаю, дошло ли это. Загляните, пожалуйста, в чат: \(contact). Текст:"
        case .notAllowed(let contact): "Вам пишет \(contact), но ответа я не написал:"
        case .disclosure: "(Это написал мой помощник.)"
        }
    }
}

extension SentMessage.Outcome {
    fileprivate var russian: String {
        switch self {
        case .sent: ""
        case .sending: ", в пути"
        case .failed: ", не доставлено"
        case .doubtful: ", возможно, не доставлено"
        }
    }
}
