extension BudgetLedger: UsageReporting {
    /// How many people an owner sees by name.
    private static let shareLimit = 20

    /// What the sender used today and this month, of how much; an owner sees everybody's in their private chat.
    public func usageReport(for event: InboundEvent, language: Language) async throws -> String {
        let bot = event.key.bot
        let date = try await date(for: bot)
        let day = BudgetPeriod(.day, at: date, in: limits.timeZone)
        let month = BudgetPeriod(.month, at: date, in: limits.timeZone)
        let role = try await access.role(of: event.sender.id, bot: bot) ?? .member
        var scopes: [(BudgetAccount.Scope, BudgetPhrase)] = [(.user(event.sender.id), .you)]
        if !event.isPrivate { scopes.append((.chat(event.key.chat), .thisChat)) }
        let isOverview = event.isPrivate && role == .owner
        if isOverview { scopes.append((.all, .everybody)) }
        var sections: [String] = []
        for (scope, title) in scopes {
            let balances = try await store.balances(
                of: [BudgetAccount(scope, day), BudgetAccount(scope, month)],
                bot: bot
            )
            let parts = balances.map { balance in
                let period = language.text(balance.account.period.kind == .day ? BudgetPhrase.today : .thisMonth)
                return lines(balance, limits.limit(of: balance.account, role: role), period, language)
            }
            sections.append(([language.text(title)] + parts).joined(separator: "\n"))
        }
        if isOverview {
            let shares = try await store.largestShares(in: month, bot: bot, limit: Self.shareLimit)
            let people = shares.map { share in
                let name = share.name.map { ShownName.of($0) } ?? "\(share.user)"
                let amount = BudgetRefusal.Kind.allCases.compactMap { kind -> String? in
                    let used = BudgetRules.part(kind, share.amount)
                    return kind != .money || used > 0 ? Self.counted(used, kind, language) : nil
                }
                return "• \(name): " + amount.joined(separator: ", ")
            }
            if !people.isEmpty {
                sections.append(([language.text(.byPerson)] + people).joined(separator: "\n"))
            }
        }
        return sections.joined(separator: "\n\n")
    }

    /// A period's line, and below it one with a bar for each kind that is limited.
    ///
    /// Money shows only where there is some.
    private func lines(
        _ balance: BudgetBalance,
        _ limit: BudgetLimits.Limit,
        _ period: String,
        _ language: Language
    ) -> String {
        var bars: [String] = []
        var amounts: [String] = []
        for (kind, most) in zip(BudgetRefusal.Kind.allCases, BudgetRules.parts(of: limit)) {
            let used = BudgetRules.part(kind, balance.booked)
            if let most {
                let amount = Self.shown(used, kind) + " / " + Self.counted(most, kind, language)
                bars.append(UsageBar.drawn(used, of: most) + " " + amount)
            } else if kind != .money || used > 0 {
                amounts.append(Self.counted(used, kind, language))
            }
        }
        let rest = amounts.joined(separator: ", ")
        guard !bars.isEmpty else { return period + " " + rest }
        return ([period] + bars + (rest.isEmpty ? [] : [rest])).joined(separator: "\n")
    }

    private static func counted(_ amount: Int64, _ kind: BudgetRefusal.Kind, _ language: Language) -> String {
        switch kind {
        case .messages: shown(amount, kind) + " " + language.text(BudgetPhrase.messages(amount))
        case .tokens: shown(amount, kind) + " " + language.text(BudgetPhrase.tokens(amount))
        case .money: shown(amount, kind)
        }
    }

    private static func shown(_ amount: Int64, _ kind: BudgetRefusal.Kind) -> String {
        kind == .money ? UsageBar.money(amount) : UsageBar.number(amount)
    }
}
