import FoundationEssentials
import MartletConversation
import MartletCore
import Testing

@Suite("Commands")
struct ConversationCommandTests {
    @Test(
        "are told from text",
        arguments: [
            ("/start", ConversationCommand.start), ("/help extra", .help), ("/Reset", .reset), ("/new", .new),
            ("/stop", .stop), ("/retry", .retry), ("/undo", .undo), ("/model  a b ", .model(argument: "a b")),
            ("/persona", .persona(argument: "")), ("/lang tr", .language(argument: "tr")), ("/usage", .usage),
            ("/privacy", .privacy), ("/mydata", .myData), ("/forgetme", .forgetMe), ("/settings", .settings),
            ("/delete_history", .reset), ("/set_context_length\n 5 ", .setContextLength(argument: "5")),
            ("/start@Martlet_Bot", .start), ("/other", .unknown(name: "other")),
        ]
    )
    func parses(text: String, command: ConversationCommand) {
        #expect(ConversationCommand(parsing: text, botUsername: "martlet_bot") == command)
    }

    @Test(
        "are not seen in ordinary text or in what is addressed to another bot",
        arguments: [
            "", "/", "hello /start", "/usr/bin", "/start@other_bot", "/старт", "/ start",
            "/" + String(repeating: "a", count: 33),
        ]
    )
    func refuses(text: String) {
        #expect(ConversationCommand(parsing: text, botUsername: "martlet_bot") == nil)
    }
}

@Suite("The bot's own texts")
struct PhraseTests {
    private let phrases: [Phrase] = [
        .greeting(botName: "Martlet"), .help(maximumContextLength: 42), .unknownCommand, .onlyText,
        .messageTooLong(maximum: 42), .tooManyWaiting, .busy, .waitingLeftOut(count: 1), .waitingLeftOut(count: 42),
        .emptyAnswer, .answerFailed, .answerInterrupted, .gaveUp, .stopped, .stoppedInSilence, .outOfTime,
        .outOfTimeInSilence, .nothingToStop, .onlyOwnerMay(name: "Martlet"), .onlyAskerMay, .noLongerKnown,
    ]

    private let commandPhrases: [CommandPhrase] = [
        .historyErased, .begunAfresh, .undone, .nothingToUndo, .nothingToRetry, .contextLengthSet(0),
        .contextLengthSet(5), .contextLengthInvalid(maximum: 42, current: 7), .contextLengthSet(1),
        .contextLengthSet(42), .modelQuestion(current: "Martlet", hasOthers: true),
        .modelQuestion(current: "Martlet", hasOthers: false), .noSuchModel("Martlet"), .noSuchPersona("Martlet"),
        .modelSet("Martlet"), .personaQuestion(current: "Martlet", hasOthers: true),
        .personaQuestion(current: "Martlet", hasOthers: false), .personaSet("Martlet"), .languageQuestion,
        .languageSet, .alreadySo, .settingsTitle, .busyQueue, .busyReplace, .busyIgnore, .thinkingShown,
        .thinkingHidden,
        .stylePlain, .styleRich, .privacy, .onlyInPrivate, .myDataCaption, .forgetMeQuestion, .forgetMeYes,
        .forgetMeNo, .forgetMeKept, .forgotten, .menuStart, .menuHelp, .menuNew, .menuStop, .menuRetry, .menuUndo,
        .menuReset, .menuSetContextLength, .menuModel, .menuPersona, .menuLanguage, .menuSettings, .menuUsage,
        .menuSecretary, .menuPrivacy, .menuMyData, .menuForgetMe,
    ]

    @Test("exist in every language, each in its own words")
    func complete() {
        let all =
            phrases.map { phrase in ("\(phrase)", Language.allCases.map { $0.text(phrase) }) }
            + commandPhrases.map { phrase in ("\(phrase)", Language.allCases.map { $0.text(phrase) }) }
        for (phrase, texts) in all {
            #expect(Set(texts).count == Language.allCases.count, "\(phrase)")
            for value in ["42", "7 ", "Martlet", "/reset", "/help"] {
                let count = texts.count { $0.contains(value) }
                #expect(
                    count == 0 || count == texts.count || value == "7 ",
                    "\(phrase) names \(value) in some languages only"
                )
            }
        }
    }

    @Test("fit the platform's menu")
    func menu() {
        for language in Language.allCases {
            var offers = MenuCommand.Offers()
            (offers.models, offers.personas, offers.usage, offers.personalData) = (true, true, true, true)
            for command in MenuCommand.menu(in: language, for: .privateChats, offering: offers) {
                #expect((1...256).contains(command.summary.count))
                #expect(
                    ConversationCommand(parsing: "/" + command.name, botUsername: nil) != .unknown(name: command.name)
                )
            }
            let names = MenuCommand.Scope.allCases.map { scope in
                MenuCommand.menu(in: language, for: scope, offering: offers).map(\.name)
            }
            #expect(Set(names).count == names.count, "every scope has a menu of its own")
            #expect(!names[1].contains("reset"), "not everybody in a group is invited to forget for all")
            #expect(!names[2].contains("mydata"), "what is personal is not offered in a group")
            for (scope, whispered) in [(MenuCommand.Scope.privateChats, 0), (.groups, 3), (.groupAdministrators, 8)] {
                let menu = MenuCommand.menu(in: language, for: scope, offering: offers)
                #expect(menu.count { $0.isWhispered } == whispered, "\(scope)")
                #expect(!menu.contains { $0.isWhispered && ["new", "stop", "retry", "reset"].contains($0.name) })
            }
            #expect(!MenuCommand.all(in: language).map(\.name).contains("model"), "there is nothing to choose from")
        }
    }

    @Test("are in English for a language that is not there")
    func fallback() {
        #expect(Language(code: nil) == .english)
        #expect(Language(code: "de") == .english)
        #expect(Language(code: "") == .english)
        #expect(Language(code: "TR") == .turkish)
        #expect(Language(code: "ru_RU") == .russian)
    }

    @Test(
        "are chosen by a code, or by a language's name in any of them",
        arguments: [
            ("tr", .turkish), ("TR-tr", .turkish), ("Türkçe", .turkish), ("TURKISH", .turkish), ("русский", .russian),
            ("Russian", .russian), ("İngilizce", .english), (" en ", .english), ("xx", nil), ("", nil), ("-", nil),
            ("türk", nil),
        ] as [(String, Language?)]
    )
    func called(name: String, language: Language?) {
        #expect(Language(calledBy: name) == language)
    }

    @Test(
        "have Russian words in the form that a number wants",
        arguments: [
            (0, "c"), (1, "a"), (2, "b"), (4, "b"), (5, "c"), (11, "c"), (12, "c"), (14, "c"), (19, "c"), (21, "a"),
            (22, "b"), (100, "c"), (101, "a"), (111, "c"), (1_000_003, "b"), (-1, "a"),
        ] as [(Int64, String)]
    )
    func plurals(count: Int64, form: String) {
        #expect(RussianPlural.form(of: count, "a", "b", "c") == form)
    }
}

@Suite("The context window")
struct ContextWindowTests {
    private let history = (0..<6).map { index in
        Turn(
            index.isMultiple(of: 2) ? .user("u\(index)") : .assistant("a\(index)"),
            date: Date(timeIntervalSince1970: 0)
        )
    }

    @Test(
        "shows at most so many past messages, from a person's message on",
        arguments: [(0, 0), (1, 0), (2, 2), (3, 2), (6, 6), (99, 6)]
    )
    func counts(count: Int, shown: Int) {
        let messages = ContextWindow.messages(persona: "p", history: history, count: count, question: "q")
        #expect(messages == [.system("p")] + history.suffix(shown).map(\.message) + [.user("q")])
    }

    @Test("has no system message without a persona")
    func noPersona() {
        #expect(ContextWindow.messages(persona: "", history: [], count: 5, question: "q") == [.user("q")])
    }
}
