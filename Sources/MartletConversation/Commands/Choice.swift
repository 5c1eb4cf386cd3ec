/// What a button under one of the bot's menus chooses, and how that is written into the button.
enum Choice: Sendable, Hashable {
    case model(Token)
    case persona(Token)
    case language(Language)
    case busyPolicy(BusyPolicy)
    case showsThinking(Bool)
    case replyStyle(ReplyStyle)
    case readsAlong(Bool)
    case forgetMe(Bool)

    /// A name short enough for a button, the same in every process: names have no bound, buttons have.
    struct Token: Sendable, Hashable {
        var text: String

        /// The token of a name: FNV-1a over its UTF-8, 64 bits in hexadecimal.
        init(of name: String) {
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            // Wrapping is how the hash is defined.
            for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            text = String(hash, radix: 16)
        }

        init(text: String) {
            self.text = text
        }
    }

    /// Whether it changes how the bot behaves in the chat.
    var changesSettings: Bool {
        if case .forgetMe = self { false } else { true }
    }

    /// At most 24 bytes.
    var value: String {
        switch self {
        case .model(let token): "model:" + token.text
        case .persona(let token): "persona:" + token.text
        case .language(let language): "lang:" + language.rawValue
        case .busyPolicy(let policy): "busy:" + policy.rawValue
        case .showsThinking(let shows): "think:" + (shows ? "on" : "off")
        case .replyStyle(let style): "style:" + style.rawValue
        case .readsAlong(let reads): "along:" + (reads ? "on" : "off")
        case .forgetMe(let isSure): "forget:" + (isSure ? "yes" : "no")
        }
    }

    /// Reads a button's value; nil for one that is somebody else's.
    init?(value: String) {
        let pieces = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard pieces.count == 2 else { return nil }
        let text = String(pieces[1])
        switch (pieces[0], text) {
        case ("model", _): self = .model(Token(text: text))
        case ("persona", _): self = .persona(Token(text: text))
        case ("lang", _):
            guard let language = Language(rawValue: text) else { return nil }
            self = .language(language)
        case ("busy", _):
            guard let policy = BusyPolicy(rawValue: text) else { return nil }
            self = .busyPolicy(policy)
        case ("think", "on"): self = .showsThinking(true)
        case ("think", "off"): self = .showsThinking(false)
        case ("style", _):
            guard let style = ReplyStyle(rawValue: text) else { return nil }
            self = .replyStyle(style)
        case ("along", "on"): self = .readsAlong(true)
        case ("along", "off"): self = .readsAlong(false)
        case ("forget", "yes"): self = .forgetMe(true)
        case ("forget", "no"): self = .forgetMe(false)
        default: return nil
        }
    }
}

extension ReplyChoice {
    init(_ label: String, _ choice: Choice, isChosen: Bool = false) {
        self.init(label, value: choice.value, isChosen: isChosen)
    }
}
