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
                return period + "\n" + lines(balance, limits.limit(of: balance.account, role: role), language)
            }
            sections.append(([language.text(title)] + parts).joined(separator: "\n"))
        }
        if isOverview {
            let shares = try await store.largestShares(in: month, bot: bot, limit: Self.shareLimit)
            let people = shares.map { share in
                let name = share.name.map { ShownName.of($0) } ?? "\(share.user)"
                var text =
                    "• \(name): " + language.text(.messages) + " \(UsageBar.number(Int64(share.amount.messages))), "
                text += language.text(.tokens) + " " + UsageBar.number(Int64(share.amount.tokens))
                return share.amount.nanodollars > 0 ? text + ", " + UsageBar.money(share.amount.nanodollars) : text
            }
            if !people.isEmpty {
                sections.append(([language.text(.byPerson)] + people).joined(separator: "\n"))
            }
        }
        return sections.joined(separator: "\n\n")
    }

    /// A line for each kind: a bar where it is limited, else the number; money only where there is some.
    private func lines(_ balance: BudgetBalance, _ limit: BudgetLimits.Limit, _ language: Language) -> String {
        var lines: [String] = []
        for (kind, most) in zip(BudgetRefusal.Kind.allCases, BudgetRules.parts(of: limit)) {
            let used = BudgetRules.part(kind, balance.booked)
            let name = language.text(Self.name(of: kind))
            if let most {
                let bar = UsageBar.drawn(used, of: most)
                lines.append("\(bar) \(name) \(Self.shown(used, kind)) / \(Self.shown(most, kind))")
            } else if kind != .money || used > 0 {
                lines.append("\(name) \(Self.shown(used, kind))")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func name(of kind: BudgetRefusal.Kind) -> BudgetPhrase {
        switch kind {
        case .messages: .messages
        case .tokens: .tokens
        case .money: .money
        }
    }

    private static func shown(_ amount: Int64, _ kind: BudgetRefusal.Kind) -> String {
        kind == .money ? UsageBar.money(amount) : UsageBar.number(amount)
    }
}
