/// What a conversation service works with besides its model, its store and its sink; all of it may be missing.
public struct Companions: Sendable {
    /// What the bot does besides replying; without it presses are not acknowledged, and choices are answered by new messages.
    public var acting: (any ChatActing)?
    /// Decides who is answered; without it everybody is.
    public var admitting: (any Admitting)?
    /// Keeps what answers cost within limits; without it there are none.
    public var budgeting: (any Budgeting)?
    /// The models that a chat may choose from; without it there is one.
    public var models: (any ModelChoosing)?
    /// Says what somebody has used.
    public var usage: (any UsageReporting)?
    /// Gives out and erases what is kept about a person.
    public var personalData: (any PersonalDataKeeping)?
    /// Says what becomes of people's words; without it the bot says so in general.
    public var privacy: PrivacyPolicy?
    /// Decides who may change the settings of a chat; without it everybody in it may.
    public var settingsGuard: (any SettingsGuarding)?
    /// The documents that answers come from; without it they come from the model alone.
    public var knowledge: Knowledge?
    /// Deal with events that are no part of a conversation with the bot, in this order; the first that takes one ends it.
    public var takers: [any EventTaking] = []

    /// Nothing.
    public init() {}
}

/// Deals with events that are no part of a conversation with the bot, such as those in somebody's name.
public protocol EventTaking: Sendable {
    /// Finds out what has to be known before it can be decided whether the event is admitted; asked again after a crash.
    func prepare(for event: InboundEvent) async throws

    /// Deals with an event, or gives false for one that is not its own.
    ///
    /// Asked after the event was admitted and before anything else is done about it; asked again after a crash.
    func handle(_ event: InboundEvent) async throws -> Bool
}

extension EventTaking {
    /// Most need to know nothing.
    public func prepare(for event: InboundEvent) async throws {}
}
