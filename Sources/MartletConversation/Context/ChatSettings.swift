/// What a chat has chosen; nil follows the configuration.
///
/// Kept as one piece of JSON. A value that is not understood, such as one from a later version, counts as not chosen.
public struct ChatSettings: Sendable, Hashable, Codable {
    /// How many past messages the model sees.
    public var contextLength: Int?
    /// The model that answers, by its name.
    public var model: String?
    /// Who the bot is, by the preset's name.
    public var persona: String?
    /// The language of the bot's own texts.
    public var language: Language?
    /// What happens to a question that comes while another one is answered.
    public var busyPolicy: BusyPolicy?
    /// Whether the model's thoughts are shown.
    public var showsThinking: Bool?
    /// How answers look.
    public var replyStyle: ReplyStyle?
    /// Whether the bot remembers what is said in the group and not to it.
    public var readsAlong: Bool?

    /// Makes settings.
    public init(contextLength: Int? = nil) {
        self.contextLength = contextLength
    }

    private enum CodingKeys: String, CodingKey {
        case contextLength, model, persona, language, busyPolicy, showsThinking, replyStyle, readsAlong
    }

    /// Reads what is understood.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        contextLength = try? values.decode(Int.self, forKey: .contextLength)
        model = try? values.decode(String.self, forKey: .model)
        persona = try? values.decode(String.self, forKey: .persona)
        language = try? values.decode(Language.self, forKey: .language)
        busyPolicy = try? values.decode(BusyPolicy.self, forKey: .busyPolicy)
        showsThinking = try? values.decode(Bool.self, forKey: .showsThinking)
        replyStyle = try? values.decode(ReplyStyle.self, forKey: .replyStyle)
        readsAlong = try? values.decode(Bool.self, forKey: .readsAlong)
    }
}

/// What happens to a question that comes while another one of the chat is answered.
public enum BusyPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// It is left out, and its sender told so once.
    case ignore
    /// It waits.
    case queue
    /// The running answer is stopped, and it is answered.
    case replace
}

/// How answers look.
public enum ReplyStyle: String, Sendable, Hashable, Codable, CaseIterable {
    /// Ordinary messages, which every client shows.
    case plain
    /// The platform's rich messages, with tables and headings, which old clients don't show.
    case rich
}
