/// How questions from chats that the bot is not in are answered.
public struct ElsewhereSettings: Sendable {
    /// How long somebody has to stop typing before a question from the writing line is answered.
    public var debounce: Duration = .milliseconds(600)
    /// How long an answer to the writing line may take; what was said by then is offered.
    public var inlineTimeLimit: Duration = .seconds(8)
    /// How old a question from the writing line may be; the platform forgets it after half a minute.
    public var inlineLifetime: Duration = .seconds(25)
    /// How long the same question of the same person gets the same answer.
    public var cacheLifetime: Duration = .seconds(60)
    /// Answers that are kept for that.
    public var cacheSize = 200
    /// People whose questions are dealt with at the same time; questions of more are left unanswered.
    public var maximumPeople = 100
    /// Of these, people for whom the model writes at the same time.
    public var maximumConcurrentAnswers = 2
    /// How long an answer to a guest may take.
    public var guestTimeLimit: Duration = .seconds(60)
    /// The longest answer in tokens.
    public var maximumTokenCount = 300
    /// The longest question that is read, in characters.
    public var maximumQuestionLength = 2000
    /// The longest answer that is offered, in characters.
    public var maximumAnswerLength = 3500

    /// The defaults.
    public init() {}
}

/// Who may ask, and what it may cost.
public struct ElsewherePolicies: Sendable {
    /// Decides who is answered; nil answers everybody.
    public var access: (any Admitting)?
    /// Keeps what answers cost within limits.
    public var budget: (any Budgeting)?

    /// Makes policies.
    public init(access: (any Admitting)? = nil, budget: (any Budgeting)? = nil) {
        self.access = access
        self.budget = budget
    }
}
