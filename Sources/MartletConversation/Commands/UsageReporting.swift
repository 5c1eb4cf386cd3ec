/// Says how much is used of what may be used.
public protocol UsageReporting: Sendable {
    /// The text of `/usage` for whoever sent an event.
    func usageReport(for event: InboundEvent, language: Language) async throws -> String
}
