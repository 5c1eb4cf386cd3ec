/// What AWS Lambda charges, in US dollars, as of a day.
///
/// - SeeAlso: https://aws.amazon.com/lambda/pricing/
public struct LambdaPrices: Sendable, Hashable, Codable {
    /// A processor architecture's prices.
    public struct Rates: Sendable, Hashable, Codable {
        /// A gigabyte of memory for a second of running.
        public var gigabyteSecond: Double
        /// A gigabyte for a second of running in an environment that is kept ready.
        public var readyGigabyteSecond: Double
        /// A gigabyte for a second of being kept ready, running or not.
        public var keptGigabyteSecond: Double

        /// Makes rates, in US dollars.
        public init(gigabyteSecond: Double, readyGigabyteSecond: Double, keptGigabyteSecond: Double) {
            self.gigabyteSecond = gigabyteSecond
            self.readyGigabyteSecond = readyGigabyteSecond
            self.keptGigabyteSecond = keptGigabyteSecond
        }
    }

    /// The rates of 64-bit ARM.
    public var arm64: Rates
    /// The rates of 64-bit x86.
    public var x86: Rates
    /// One request.
    public var request: Double
    /// A gigabyte of scratch disk beyond ``freeStorageMegabytes`` for a second of running.
    public var storageGigabyteSecond: Double
    /// Gigabyte-seconds that cost nothing each month; environments that are kept ready have no part in it.
    public var freeGigabyteSeconds: Double
    /// Requests that cost nothing each month.
    public var freeRequests: Double
    /// Megabytes of scratch disk that cost nothing.
    public var freeStorageMegabytes: Int

    /// Makes prices, in US dollars.
    public init(
        arm64: Rates,
        x86: Rates,
        request: Double,
        storageGigabyteSecond: Double,
        freeGigabyteSeconds: Double,
        freeRequests: Double,
        freeStorageMegabytes: Int
    ) {
        self.arm64 = arm64
        self.x86 = x86
        self.request = request
        self.storageGigabyteSecond = storageGigabyteSecond
        self.freeGigabyteSeconds = freeGigabyteSeconds
        self.freeRequests = freeRequests
        self.freeStorageMegabytes = freeStorageMegabytes
    }

    /// The first tier of us-east-1.
    public static let standard = LambdaPrices(
        arm64: Rates(
            gigabyteSecond: 0.0000133334,
            readyGigabyteSecond: 0.0000077778,
            keptGigabyteSecond: 0.0000033334
        ),
        x86: Rates(
            gigabyteSecond: 0.0000166667,
            readyGigabyteSecond: 0.0000097222,
            keptGigabyteSecond: 0.0000041667
        ),
        request: 0.0000002,
        storageGigabyteSecond: 0.0000000309,
        freeGigabyteSeconds: 400_000,
        freeRequests: 1_000_000,
        freeStorageMegabytes: 512
    )

    /// The rates of an architecture.
    public func rates(_ architecture: LambdaFunction.Architecture) -> Rates {
        switch architecture {
        case .arm64: arm64
        case .x86: x86
        }
    }
}
