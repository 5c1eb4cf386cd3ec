extension Setting {
    /// What can be set about how the bot converses, where chats have not chosen themselves.
    static let manners: [Setting] = [
        busyPolicy, showsThinking, separatesPeople, summarizesHistory, maximumContextTokens, quietHours,
    ]

    static let busyPolicy = Setting(
        key: "conversation.whileBusy",
        environmentName: "MARTLET_WHILE_BUSY",
        summary: "what happens to a question that comes while another is answered: queue, ignore or replace"
    )
    static let showsThinking = Setting(
        key: "conversation.showThinking",
        environmentName: "MARTLET_SHOW_THINKING",
        summary: "whether a model's thoughts are shown above its answer"
    )
    static let separatesPeople = Setting(
        key: "conversation.separatePeople",
        environmentName: "MARTLET_SEPARATE_PEOPLE",
        summary: "whether everybody in a group has a conversation of their own"
    )
    static let summarizesHistory = Setting(
        key: "conversation.summarize",
        environmentName: "MARTLET_SUMMARIZE",
        summary: "whether the model sums up what it no longer sees of a conversation"
    )
    static let maximumContextTokens = Setting(
        key: "conversation.maximumContextTokens",
        environmentName: "MARTLET_MAXIMUM_CONTEXT_TOKENS",
        summary: "the most tokens of a conversation that the model sees"
    )
    static let quietHours = Setting(
        key: "secretary.quietHours",
        environmentName: "MARTLET_QUIET_HOURS",
        summary: "when nothing goes out in anybody's name, such as 22:00-07:30"
    )
}
