public import FoundationEssentials
public import MartletCore

/// Forgets what was said longer ago than the operator wants to keep it.
public struct RetentionSweep: Sendable {
    private let store: any PersonalDataStore
    private let models: [any PromptErasing]
    private let retention: Duration
    private let now: @Sendable () -> Date

    /// Makes a sweep.
    /// - Parameters:
    ///   - models: Every model that may keep what it computed of conversations.
    ///   - retention: How long turns are kept.
    public init(
        store: any PersonalDataStore,
        models: [any PromptErasing] = [],
        retention: Duration,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.models = models
        self.retention = retention
        self.now = now
    }

    /// Forgets it, and what models kept of the conversations concerned.
    ///
    /// Run it daily.
    public func sweep(bot: BotID) async throws {
        let date = now().addingTimeInterval(-Double(retention.components.seconds))
        for conversation in try await store.eraseTurns(of: bot, saidBefore: date) {
            for model in models { await model.eraseKeptPrompts(of: conversation) }
        }
    }
}
