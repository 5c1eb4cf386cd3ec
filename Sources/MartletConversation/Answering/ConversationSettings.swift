public import MartletCore

/// How the bot converses.
public struct ConversationSettings: Sendable {
    /// Who the bot is.
    public var persona: Persona
    /// The bot's name on the platform, without `@`, by which commands for other bots are told apart.
    public var botUsername: String?
    /// Whether the bot repeats what it is told instead of asking the model.
    public var isEcho = false
    /// How many past messages the model sees where a chat has not chosen.
    public var contextLength = 20
    /// The most past messages that a chat may choose.
    public var maximumContextLength = 100
    /// The longest message that is answered, in characters.
    public var maximumMessageLength = 16_384
    /// How each token of an answer is chosen.
    public var sampling = SamplingOptions()
    /// The longest answer in tokens.
    public var maximumTokenCount: Int? = 1024
    /// How long an answer may take; what was said by then stands.
    public var answerTimeout: Duration = .seconds(600)
    /// How many answers are written at the same time.
    public var maximumConcurrentAnswers = 4
    /// How many messages of one chat wait at most; further ones are refused politely.
    public var maximumWaitingPerChat = 20
    /// How many messages wait in all before no more are taken from the platform.
    public var maximumWaiting = 1000
    /// How often an answer is begun before the bot gives up on a message.
    public var maximumAttempts = 3
    /// How long running answers may go on after a request to stop.
    public var gracePeriod: Duration = .seconds(20)
    /// Waits between attempts to reach the store.
    public var storeRetryInterval: Duration = .seconds(5)
    /// What happens to a question that comes while another one of the chat is answered, where the chat has not chosen.
    public var busyPolicy = BusyPolicy.queue
    /// The name under which this process claims messages.
    ///
    /// Processes that answer out of one database at the same time need different ones; the same name after a restart takes up its
    /// own messages at once.
    public var leaseOwner = "martlet"
    /// How long a claim lasts that is not renewed.
    public var leaseDuration: Duration = .seconds(15)
    /// How soon an answer that a process for one call is writing hears of a stop, which comes through another process there; each
    /// time costs a write to the store.
    public var stopInterval: Duration = .seconds(1)
    /// Whether groups may choose that the bot remembers what is not said to it.
    public var offersReadingAlong = false
    /// The personas that a chat may choose besides the usual one.
    public var personas: [PersonaPreset] = []
    /// Whether everybody in a group has a conversation of their own.
    public var separatesPeopleInGroups = false
    /// Whether thoughts are shown where the chat has not chosen.
    public var showsThinking = false
    /// The most tokens of input that a model gets; nil leaves what the model's context holds besides the answer.
    public var maximumContextTokens: Int?
    /// Whether the model sums up what it no longer sees of a conversation.
    public var summarizesHistory = false
    /// How long is waited for more of an album, of forwarded messages, or of a long text.
    package var burstPauses = BurstCollector.Pauses()

    /// Makes settings; everything but the persona has a default.
    public init(persona: Persona) {
        self.persona = persona
    }
}
