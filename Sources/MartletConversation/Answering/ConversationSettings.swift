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

    /// Makes settings; everything but the persona has a default.
    public init(persona: Persona) {
        self.persona = persona
    }
}
