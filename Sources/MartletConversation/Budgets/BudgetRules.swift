/// Arithmetic with limits; keeps nothing.
struct BudgetRules: Sendable {
    var limits: BudgetLimits
    var role: AccessRole

    /// The part of a limit at which a person is told once.
    static let noteAt = 0.8

    /// Decides whether an amount fits beside what is booked and held.
    /// - Returns: Where it does not, the reason that lasts longest.
    func decide(_ amount: BudgetAmount, _ balances: [BudgetBalance]) -> BudgetVerdict {
        let refusals = balances.flatMap { balance -> [BudgetRefusal] in
            let limit = Self.parts(of: limits.limit(of: balance.account, role: role))
            return zip(BudgetRefusal.Kind.allCases, limit).compactMap { kind, most in
                guard let most else { return nil }
                let (wanted, booked, held) = (
                    Self.part(kind, amount), Self.part(kind, balance.booked), Self.part(kind, balance.held)
                )
                // What costs nothing of a kind is not held up by it: a settled message that is answered anew.
                guard wanted > 0, wanted + booked + held > most else { return nil }
                let reason: BudgetRefusal.Reason =
                    wanted > most ? .tooLarge : wanted + booked > most ? .exhausted : .busy
                return BudgetRefusal(account: balance.account, kind: kind, reason: reason)
            }
        }
        guard let worst = refusals.max(by: { Self.duration($0) < Self.duration($1) }) else { return .granted }
        return .refused(worst)
    }

    /// The accounts of which most is used, and whose people have not been told.
    func notable(_ balances: [BudgetBalance]) -> [BudgetAccount] {
        balances.filter { balance in
            guard !balance.isNoted else { return false }
            let limit = Self.parts(of: limits.limit(of: balance.account, role: role))
            return zip(BudgetRefusal.Kind.allCases, limit).contains { kind, most in
                guard let most else { return false }
                return Double(Self.part(kind, balance.booked)) >= Self.noteAt * Double(most)
            }
        }
        .map(\.account)
    }

    private static func duration(_ refusal: BudgetRefusal) -> Int {
        switch (refusal.reason, refusal.account.period.kind) {
        case (.busy, _): 0
        case (.exhausted, .day): 1
        case (.exhausted, .month): 2
        case (.tooLarge, _): 3
        }
    }

    /// The limits by kind, in the order of the kinds.
    static func parts(of limit: BudgetLimits.Limit) -> [Int64?] {
        [
            limit.messages.map(Int64.init), limit.tokens.map(Int64.init),
            limit.dollars.map { BudgetAmount.nanodollars($0) },
        ]
    }

    /// The part of an amount that a kind speaks of.
    static func part(_ kind: BudgetRefusal.Kind, _ amount: BudgetAmount) -> Int64 {
        switch kind {
        case .messages: Int64(amount.messages)
        case .tokens: Int64(amount.tokens)
        case .money: amount.nanodollars
        }
    }
}
