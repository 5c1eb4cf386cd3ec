extension Setting {
    /// What can be set about how the bot converses, where chats have not chosen themselves.
    static let manners: [Setting] = [
        busyPolicy, showsThinking, separatesPeople, summarizesHistory, maximumContextTokens, readsAlong, stopInterval,
        whispers, quietHours, secretaryMode, secretaryDelay, secretaryPause, secretaryQuiet,
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
    static let readsAlong = Setting(
        key: "conversation.readAlong",
        environmentName: "MARTLET_READ_ALONG",
        summary: "whether groups may choose that the bot remembers what is not said to it"
    )
    static let stopInterval = Setting(
        key: "conversation.stopInterval",
        environmentName: "MARTLET_STOP_INTERVAL",
        summary: "seconds after which an answer hears of a stop that came through another process, 0.2 to 60"
    )
    static let whispers = Setting(
        key: "telegram.whispers",
        environmentName: "MARTLET_WHISPERS",
        summary:
            "whether what concerns one person in a group is shown to that person alone, where Telegram lets the bot"
    )
    static let secretaryMode = Setting(
        key: "secretary.mode",
        environmentName: "MARTLET_SECRETARY_MODE",
        summary: "what is done for contacts until an owner chooses: off, suggest or automatic"
    )
    static let secretaryDelay = Setting(
        key: "secretary.delay",
        environmentName: "MARTLET_SECRETARY_DELAY",
        summary: "the shortest and the longest delay of an automatic answer in seconds, such as 4-120"
    )
    static let secretaryPause = Setting(
        key: "secretary.pause",
        environmentName: "MARTLET_SECRETARY_PAUSE",
        summary: "minutes that automatic answers pause after the owner wrote, 0 to 10080"
    )
    static let secretaryQuiet = Setting(
        key: "secretary.quiet",
        environmentName: "MARTLET_SECRETARY_QUIET",
        summary: "seconds that a contact has to be quiet before an answer is written, 1 to 600"
    )
    static let quietHours = Setting(
        key: "secretary.quietHours",
        environmentName: "MARTLET_QUIET_HOURS",
        summary: "when nothing goes out in anybody's name, such as 22:00-07:30"
    )
}
