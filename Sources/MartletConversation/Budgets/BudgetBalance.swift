/// How an account stands.
public struct BudgetBalance: Sendable, Hashable {
    /// Which account.
    public var account: BudgetAccount
    /// What answers did cost.
    public var booked: BudgetAmount
    /// What answers that are being written may still cost.
    public var held: BudgetAmount
    /// Whether the person has been told that most of it is used.
    public var isNoted: Bool

    /// Makes a balance.
    public init(
        account: BudgetAccount,
        booked: BudgetAmount = BudgetAmount(),
        held: BudgetAmount = BudgetAmount(),
        isNoted: Bool = false
    ) {
        self.account = account
        self.booked = booked
        self.held = held
        self.isNoted = isNoted
    }
}

/// What one person asked for, for an overview.
public struct BudgetShare: Sendable, Hashable {
    /// Who.
    public var user: UserID
    /// Their name, where it is known.
    public var name: String?
    /// How much.
    public var amount: BudgetAmount

    /// Makes a share.
    public init(user: UserID, name: String?, amount: BudgetAmount) {
        self.user = user
        self.name = name
        self.amount = amount
    }
}
