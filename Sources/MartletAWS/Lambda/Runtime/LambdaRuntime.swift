import FoundationEssentials
public import Logging
import NIOPosix

/// Handles the invocations of a Lambda function until the environment ends.
public struct LambdaRuntime: Sendable {
    private let address: RuntimeAddress
    private let handler: any LambdaHandling
    private let settings: Settings
    private let logger: Logger
    private let startUp: @Sendable () async throws -> Void
    private let stopping = Latch<Void>()

    /// Makes a runtime that has not begun.
    ///
    /// - Parameters:
    ///   - api: Where the Runtime API is.
    ///   - startUp: What has to be there before a first invocation is handled, such as a model's weights. It may take longer
    ///     than an initialisation: then the first invocation waits for the rest, as long as its deadline allows.
    public init(
        api: RuntimeAddress,
        handler: any LambdaHandling,
        settings: Settings = Settings(),
        logger: Logger,
        startUp: @escaping @Sendable () async throws -> Void = {}
    ) {
        address = api
        self.handler = handler
        self.settings = settings
        self.logger = logger
        self.startUp = startUp
    }

    /// Tells the runtime to stop, as SIGTERM does: no invocation is asked for any more, what runs gets the grace period, and
    /// what is not responded to by then is handed back with an error.
    public func stop() { stopping.open(()) }

    /// Handles invocations until ``stop()``.
    ///
    /// - Throws: ``LambdaError`` where it can't go on; the process should end then, with a status other than 0.
    public func run() async throws {
        let ready = Latch<LambdaFault?>()
        let notice = StopNotice(
            address: address,
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            settled: Latch<Bool>()
        )
        if !settings.wantsStopNotice { notice.settled.open(false) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            if settings.wantsStopNotice {
                group.addTask {
                    await notice.run()
                    return false
                }
            }
            group.addTask {
                do {
                    try await startUp()
                    // Lambda takes registrations before the first invocation is asked for only.
                    _ = await notice.settled.wait()
                    ready.open(nil)
                } catch {
                    let fault = LambdaFault(error)
                    logger.error(
                        "The function could not be made ready",
                        metadata: ["error.type": "\(fault.type)", "error.text": "\(fault.message)"]
                    )
                    ready.open(fault)
                }
                return false
            }
            for number in 0..<max(1, settings.loopCount) {
                let loop = RuntimeLoop(
                    address: address,
                    eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
                    handler: handler,
                    settings: settings,
                    startUp: ready,
                    stop: stopping,
                    reportsStart: number == 0,
                    logger: logger
                )
                group.addTask {
                    try await loop.run()
                    return true
                }
            }
            var left = max(1, settings.loopCount)
            defer { group.cancelAll() }
            while left > 0, let isLoop = try await group.next() {
                if isLoop { left -= 1 }
            }
        }
    }
}
