public import FoundationEssentials

/// Where accounts, lanes and what was sent in people's names are kept; every call is durable before it returns.
public protocol SecretaryStore: Sendable {
    /// Records a connection as it is now, unless something later is known of its owner's connection.
    ///
    /// An owner who connects again keeps their choices and contacts.
    /// - Returns: The account as it was before, nil where there was none.
    func saveSecretaryAccount(_ account: SecretaryAccount) async throws -> SecretaryAccount?

    /// An owner's account.
    func secretaryAccount(of owner: UserID, bot: BotID) async throws -> SecretaryAccount?

    /// The account behind a connection.
    func secretaryAccount(behind connection: ConnectionID, bot: BotID) async throws -> SecretaryAccount?

    /// Chooses what is done for contacts for whom nothing else was chosen.
    func setSecretaryDefault(_ mode: SecretaryMode, of owner: UserID, bot: BotID) async throws

    /// Changes a lane in one transaction: reads it with what it has to know, and writes it with the records of the step.
    ///
    /// - Parameters:
    ///   - lane: Which lane; one named by its address is made where it is missing, as long as its owner has an account.
    ///   - since: From when on automatic answers are counted.
    ///   - body: The change; it may run more than once where a transaction is repeated.
    /// - Returns: The lane after the change, nil where it or its account is unknown.
    func advance(
        _ lane: LaneReference,
        countingSince since: Date,
        _ body: @escaping @Sendable (_ lane: inout SecretaryLane, _ surroundings: LaneSurroundings) -> LaneStep
    ) async throws -> LaneUpdate?

    /// The contacts of an owner, those who wrote last first.
    func secretaryContacts(
        of owner: UserID,
        bot: BotID,
        limit: Int,
        offset: Int
    ) async throws -> [SecretaryContact]

    /// A lane, nil where it is unknown.
    func secretaryContact(_ lane: LaneID) async throws -> SecretaryContact?

    /// The latest messages of a lane, oldest first: at most ``SaidMessage/maximumCount`` of each author are kept.
    func messages(in lane: LaneID) async throws -> [SaidMessage]

    /// What was sent in an owner's name, latest first.
    func sentMessages(of owner: UserID, bot: BotID, limit: Int) async throws -> [SentMessage]

    /// The lane whose draft a message of an owner's private chat shows or once showed.
    func lane(shownBy message: MessageID, in chat: ChatID, bot: BotID) async throws -> LaneID?

    /// Lanes with something to do at `date`, those longest due first.
    /// - Parameter isWriting: Whether what they have to do next is to ask the model.
    func dueLanes(of bot: BotID, at date: Date, isWriting: Bool, limit: Int) async throws -> [LaneID]

    /// When the next lane that is not due at `date` will be; nil where none will.
    func nextWake(of bot: BotID, after date: Date) async throws -> Date?

    /// Forgets what was sent, shown drafts, and contacts for whom nothing was chosen, from before `date`.
    func pruneSecretary(before date: Date) async throws

    /// Forgets everything of a person, as an owner and as a contact of others.
    func eraseSecretary(of user: UserID, bot: BotID) async throws
}

/// Names a lane.
public enum LaneReference: Sendable, Hashable {
    /// By its number.
    case id(LaneID)
    /// By its place; made where it is missing.
    case address(LaneAddress)
    /// By its place, as long as it is there.
    case known(LaneAddress)
}

/// What a store tells a lane's change.
public struct LaneSurroundings: Sendable, Hashable {
    /// The owner's account.
    public var account: SecretaryAccount
    /// Automatic answers to this contact in the time that counts.
    public var automaticCount: Int
    /// Automatic answers of this owner in the time that counts.
    public var ownerAutomaticCount: Int

    /// Makes surroundings.
    public init(account: SecretaryAccount, automaticCount: Int, ownerAutomaticCount: Int) {
        self.account = account
        self.automaticCount = automaticCount
        self.ownerAutomaticCount = ownerAutomaticCount
    }
}

/// A lane after a change.
public struct LaneUpdate: Sendable, Hashable {
    /// The lane.
    public var contact: SecretaryContact
    /// The owner's account.
    public var account: SecretaryAccount
    /// What the step answered.
    public var answer: LaneAnswer?

    /// Makes an update.
    public init(contact: SecretaryContact, account: SecretaryAccount, answer: LaneAnswer?) {
        self.contact = contact
        self.account = account
        self.answer = answer
    }
}
