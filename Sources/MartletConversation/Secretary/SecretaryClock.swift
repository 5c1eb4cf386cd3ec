public import FoundationEssentials

/// Where the secretary gets the time and chance from; tests have their own.
public struct SecretaryClock: Sendable {
    /// The time.
    public var now: @Sendable () -> Date
    /// A random number in 0..<1.
    public var chance: @Sendable () -> Double

    /// Makes a clock.
    public init(now: @escaping @Sendable () -> Date, chance: @escaping @Sendable () -> Double) {
        self.now = now
        self.chance = chance
    }

    /// The machine's.
    public static var system: SecretaryClock {
        SecretaryClock(now: { Date() }, chance: { Double.random(in: 0..<1) })
    }
}
