/// How much was asked of the bot: messages, tokens and money.
public struct BudgetAmount: Sendable, Hashable, Codable {
    /// Answers that were begun.
    public var messages: Int
    /// Tokens of prompts and answers.
    public var tokens: Int
    /// US dollars, in billionths, so that sums are exact.
    public var nanodollars: Int64

    /// No amount goes beyond this, so that no sum of amounts overflows.
    public static let maximum = 1 << 52

    /// Makes an amount; each part is brought into 0 to ``maximum``.
    public init(messages: Int = 0, tokens: Int = 0, nanodollars: Int64 = 0) {
        self.messages = min(max(0, messages), Self.maximum)
        self.tokens = min(max(0, tokens), Self.maximum)
        self.nanodollars = min(max(0, nanodollars), Int64(Self.maximum))
    }

    /// Billionths of a dollar for dollars, rounded up; what is not a price counts as nothing.
    public static func nanodollars(_ dollars: Double?) -> Int64 {
        guard let dollars, dollars.isFinite, dollars > 0 else { return 0 }
        return Int64(min((dollars * 1e9).rounded(.up), Double(maximum)))
    }

    /// Dollars.
    public var dollars: Double { Double(nanodollars) / 1e9 }

    /// The sum, which does not go beyond ``maximum``.
    public static func + (left: BudgetAmount, right: BudgetAmount) -> BudgetAmount {
        BudgetAmount(
            messages: left.messages + right.messages,
            tokens: left.tokens + right.tokens,
            nanodollars: left.nanodollars + right.nanodollars
        )
    }
}
