/// Where a function and a hosted model cost the same.
public enum BreakEven: Sendable, Hashable {
    /// The function costs less, however many messages there are.
    case functionAlways
    /// The hosted model costs less, however many messages there are.
    case hostedAlways
    /// The function costs less up to so many messages a month.
    case functionUpTo(Double)
    /// The function costs less from so many messages a month on.
    case functionFrom(Double)

    /// Compares; cold starts stay in proportion to messages.
    public init(
        _ function: LambdaFunction,
        _ offer: HostedOffer,
        _ workload: Workload,
        prices: LambdaPrices = .standard,
        includesFreeTier: Bool = true
    ) {
        func difference(_ count: Double) -> Double {
            let scaled = workload.scaled(to: count)
            let bill = LambdaBill(function, scaled, prices: prices, includesFreeTier: includesFreeTier)
            return bill.total - offer.cost(of: scaled)
        }
        // The function's cost bends upwards where the free tier ends and is straight before and after that.
        let few = difference(1)
        let many = difference(Self.most)
        if few <= 0, many <= 0 {
            self = .functionAlways
        } else if few > 0, many > 0 {
            self = .hostedAlways
        } else {
            var low = 1.0
            var high = Self.most
            for _ in 0..<200 {
                let middle = (low + high) / 2
                if (difference(middle) <= 0) == (few <= 0) { low = middle } else { high = middle }
            }
            self = few <= 0 ? .functionUpTo(low.rounded(.down)) : .functionFrom(high.rounded(.up))
        }
    }

    /// More messages a month than anybody has.
    private static let most = 1e12

    /// Gigabyte-seconds a message at which a function without a free tier costs as much as a hosted model.
    public static func gigabyteSeconds(
        _ architecture: LambdaFunction.Architecture,
        _ offer: HostedOffer,
        _ workload: Workload,
        prices: LambdaPrices = .standard
    ) -> Double {
        max(0, offer.cost(ofMessageIn: workload)) / prices.rates(architecture).gigabyteSecond
    }
}
