/// How much each owner has been given: the virtual token counters of fair serving.
///
/// Whoever has the lowest counter goes first. One who comes back after a pause starts no lower than those who are
/// there, so that idle time can't be saved up; one with many requests is charged for all of them and waits while
/// another with few catches up. Prompt tokens cost less than generated ones, as they do to compute.
/// - SeeAlso: Sheng et al. 2024, "Fairness in Serving Large Language Models", arXiv:2401.00588.
struct OwnerLedger: Sendable {
    /// Who is charged.
    enum Key: Hashable, Sendable {
        /// An owner with a name.
        case named(String)
        /// A request without one: an owner of its own, forgotten at its end.
        case single(SequenceID)
    }

    private struct Account {
        var charge: Int
        var liveCount: Int
    }

    /// What a computed row of a prompt costs.
    static let promptCost = 1
    /// What a generated token costs.
    static let tokenCost = 2
    /// Owners without requests whose debts are remembered at most.
    static let rememberedCount = 1024

    private var accounts: [Key: Account] = [:]
    private var idleCount = 0
    /// Where one who comes when nobody is there starts.
    private var lastCharge = 0

    /// What the owner has been charged.
    func charge(of key: Key) -> Int { accounts[key]?.charge ?? 0 }

    /// Takes note that one more sequence of the owner lives.
    ///
    /// - Complexity: O(owners) for one who has no other sequence, else O(1).
    mutating func open(_ key: Key) {
        if var account = accounts[key], account.liveCount > 0 {
            account.liveCount += 1
            accounts[key] = account
            return
        }
        var lowest: Int?
        for account in accounts.values where account.liveCount > 0 {
            lowest = min(lowest ?? account.charge, account.charge)
        }
        let floor = lowest ?? lastCharge
        let earlier = accounts[key]
        if earlier != nil { idleCount -= 1 }
        accounts[key] = Account(charge: max(earlier?.charge ?? 0, floor), liveCount: 1)
    }

    /// Takes note that a sequence of the owner has ended.
    mutating func close(_ key: Key) {
        guard var account = accounts[key] else { return }
        account.liveCount -= 1
        accounts[key] = account
        guard account.liveCount == 0 else { return }
        lastCharge = max(lastCharge, account.charge)
        if case .single = key {
            accounts[key] = nil
            return
        }
        idleCount += 1
        if idleCount > Self.rememberedCount { forget() }
    }

    /// Charges the owner.
    mutating func charge(_ key: Key, _ cost: Int) {
        accounts[key]?.charge += cost
    }

    /// Forgets the half of those without requests who owe least.
    private mutating func forget() {
        let idle = accounts.filter { $0.value.liveCount == 0 }.sorted { $0.value.charge < $1.value.charge }
        for (key, _) in idle.prefix(idle.count - Self.rememberedCount / 2) { accounts[key] = nil }
        idleCount = min(idle.count, Self.rememberedCount / 2)
    }
}
