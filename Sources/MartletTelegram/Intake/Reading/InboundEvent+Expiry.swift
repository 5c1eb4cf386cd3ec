public import FoundationEssentials
public import MartletConversation

extension InboundEvent {
    /// How long after it came the platform still takes an answer; nil where that does not matter.
    var lifetime: TimeInterval? {
        switch content {
        case .press: 150
        case .inlineQuery: 30
        default: nil
        }
    }

    /// Whether nobody waits for an answer any more.
    ///
    /// A clock that was set back makes nothing expire.
    public func hasExpired(at date: Date) -> Bool {
        lifetime.map { date.timeIntervalSince(self.date) > $0 } ?? false
    }
}
