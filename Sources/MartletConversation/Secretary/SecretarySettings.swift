/// How the bot answers in people's names.
public struct SecretarySettings: Sendable {
    /// The instruction to the model; see ``SecretaryPrompt/standardTemplate``.
    public var template = SecretaryPrompt.standardTemplate
    /// What is done for everybody's contacts until their owner chooses.
    public var defaultMode = SecretaryMode.off
    /// How long a contact has to be quiet before an answer is written.
    public var quiet: Duration = .seconds(8)
    /// The longest that a contact who goes on writing is waited for.
    public var maximumQuiet: Duration = .seconds(60)
    /// How long automatic answers pause after the owner wrote.
    public var pause: Duration = .seconds(600)
    /// The delay of automatic answers.
    public var delay = HumanDelay()
    /// When nothing is answered automatically.
    public var quietHours: QuietHours?
    /// Automatic answers to one contact in 24 hours at most; further ones are offered as drafts.
    public var dailyLimitPerContact = 30
    /// Automatic answers of one owner in 24 hours at most; further ones are offered as drafts.
    public var dailyLimit = 200
    /// Automatic answers in a row without a word of the owner at most, so that two bots don't talk for ever.
    public var maximumExchanges = 12
    /// How old a contact's last message may be for an answer to be possible; the platform's rule is a day.
    public var replyWindow: Duration = .seconds(86_400)
    /// Whether automatic answers say that an assistant wrote them.
    public var disclosesAssistant = false
    /// The longest answer that is written, in characters.
    public var maximumLength = 1500
    /// The longest answer in tokens.
    public var maximumTokenCount = 400
    /// How long the model may take for an answer.
    public var answerTimeout: Duration = .seconds(300)
    /// How often an answer is tried before the owner is told that there is none.
    public var maximumAttempts = 3
    /// The wait between attempts, multiplied by their number.
    public var retryInterval: Duration = .seconds(30)
    /// Answers written at the same time.
    public var maximumConcurrentAnswers = 2
    /// Waits between attempts to reach the store.
    public var storeRetryInterval: Duration = .seconds(5)
    /// How long the list of what was sent is kept.
    public var logLifetime: Duration = .seconds(30 * 86_400)

    /// The defaults.
    public init() {}
}
