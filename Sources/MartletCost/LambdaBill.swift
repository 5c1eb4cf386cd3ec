/// A month of a function, in US dollars.
public struct LambdaBill: Sendable, Hashable, Codable {
    /// Gigabyte-seconds of answers and cold starts.
    public var gigabyteSeconds: Double
    /// Gigabyte-seconds of one answer, warm.
    public var gigabyteSecondsPerMessage: Double
    /// Messages a month that the free tier alone answers, cold starts left out; nil where it has no part in it.
    public var freeMessageCount: Double?
    /// Running.
    public var running: Double
    /// Of that, cold starts, as if the free tier did not cover them.
    public var coldStarts: Double
    /// Requests.
    public var requests: Double
    /// Scratch disk.
    public var storage: Double
    /// Being kept ready.
    public var readiness: Double

    /// All of it.
    public var total: Double { running + requests + storage + readiness }

    /// Works out a month.
    ///
    /// - Parameter includesFreeTier: Whether the account still has all of it.
    public init(
        _ function: LambdaFunction,
        _ workload: Workload,
        prices: LambdaPrices = .standard,
        includesFreeTier: Bool = true
    ) {
        let rates = prices.rates(function.architecture)
        let isReady = function.readyCount > 0
        // Running time is billed in whole milliseconds.
        let seconds = (workload.secondsPerMessage * 1000).rounded(.up) / 1000
        let coldSeconds = isReady ? 0 : workload.coldStartCount * workload.coldStartSeconds
        let running = workload.messageCount * seconds + coldSeconds
        gigabyteSecondsPerMessage = seconds * function.gigabytes
        gigabyteSeconds = running * function.gigabytes
        // The free tier does not cover a function of which environments are kept ready.
        let isFree = includesFreeTier && !isReady
        let free = isFree ? prices.freeGigabyteSeconds : 0
        let freeRequests = isFree ? prices.freeRequests : 0
        freeMessageCount =
            free > 0 && gigabyteSecondsPerMessage > 0
            ? min(free / gigabyteSecondsPerMessage, freeRequests).rounded(.down) : nil
        let rate = isReady ? rates.readyGigabyteSecond : rates.gigabyteSecond
        self.running = max(0, gigabyteSeconds - free) * rate
        coldStarts = coldSeconds * function.gigabytes * rate
        requests = max(0, workload.messageCount - freeRequests) * prices.request
        let disk = Double(max(0, function.storageMegabytes - prices.freeStorageMegabytes)) / 1024
        storage = running * disk * prices.storageGigabyteSecond
        let month = 30.0 * 86_400
        readiness = Double(function.readyCount) * function.gigabytes * month * rates.keptGigabyteSecond
    }
}
