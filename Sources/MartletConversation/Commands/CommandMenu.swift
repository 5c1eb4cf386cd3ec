/// A command as the platform's menu shows it.
public struct MenuCommand: Sendable, Hashable {
    /// The word without its slash.
    public var name: String
    /// What it does, in the menu's language.
    public var summary: String
    /// Whether in a group it concerns the one who gives it alone, so that nobody else has to see it.
    public var isWhispered: Bool

    /// Makes an entry.
    public init(name: String, summary: String, isWhispered: Bool = false) {
        self.name = name
        self.summary = summary
        self.isWhispered = isWhispered
    }

    /// Who sees a menu.
    public enum Scope: String, Sendable, Hashable, CaseIterable {
        /// A person in their chat with the bot.
        case privateChats
        /// Everybody in a group.
        case groups
        /// The administrators of a group.
        case groupAdministrators
    }

    /// Which of the commands that need something are there.
    public struct Offers: Sendable, Hashable {
        /// Whether there are models to choose from.
        public var models = false
        /// Whether there are personas to choose from.
        public var personas = false
        /// Whether use is counted.
        public var usage = false
        /// Whether personal data can be had and erased.
        public var personalData = false
        /// Whether answers come from documents.
        public var sources = false
        /// Whether the bot answers in people's own names.
        public var secretary = false

        /// Nothing that needs something.
        public init() {}

        /// What a service with these companions and settings offers.
        public init(companions: Companions, settings: ConversationSettings) {
            models = (companions.models?.names.count ?? 0) > 1
            personas = !settings.personas.isEmpty
            usage = companions.usage != nil
            personalData = companions.personalData != nil
            sources = companions.knowledge != nil
            secretary = companions.takers.contains { $0 is Secretary }
        }
    }

    /// The menu in a language, for a person who is offered nothing beyond the conversation.
    public static func all(in language: Language) -> [MenuCommand] {
        menu(in: language, for: .privateChats, offering: Offers())
    }

    /// The menu in a language for those who are meant by `scope`, the most wanted first.
    public static func menu(in language: Language, for scope: Scope, offering offers: Offers) -> [MenuCommand] {
        let isPrivate = scope == .privateChats
        let decides = scope != .groups
        let entries: [(String, CommandPhrase, Bool)] = [
            ("new", .menuNew, true),
            ("stop", .menuStop, true),
            ("retry", .menuRetry, true),
            ("undo", .menuUndo, decides),
            ("model", .menuModel, decides && offers.models),
            ("persona", .menuPersona, decides && offers.personas),
            ("lang", .menuLanguage, decides),
            ("settings", .menuSettings, decides),
            ("set_context_length", .menuSetContextLength, decides),
            ("reset", .menuReset, decides),
            ("secretary", .menuSecretary, isPrivate && offers.secretary),
            ("usage", .menuUsage, offers.usage),
            ("privacy", .menuPrivacy, true),
            ("mydata", .menuMyData, isPrivate && offers.personalData),
            ("forgetme", .menuForgetMe, isPrivate && offers.personalData),
            ("help", .menuHelp, true),
            ("start", .menuStart, isPrivate),
        ]
        var menu = entries.compactMap { name, phrase, isShown -> MenuCommand? in
            guard isShown else { return nil }
            let isWhispered = !isPrivate && whispered.contains(name)
            return MenuCommand(name: name, summary: language.text(phrase), isWhispered: isWhispered)
        }
        if offers.sources {
            let place = menu.firstIndex { $0.name == "retry" } ?? 0
            menu.insert(MenuCommand(name: "sources", summary: language.text(KnowledgePhrase.menuSources)), at: place)
        }
        return menu
    }

    /// The commands whose answer is for the one who gives them.
    private static let whispered: Set<String> = [
        "model", "persona", "lang", "settings", "set_context_length", "usage", "privacy", "help",
    ]
}
