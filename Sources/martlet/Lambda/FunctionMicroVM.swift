import Logging
import MartletAWS

/// The function in a Lambda MicroVM: a snapshot is taken of the process once everything is there, and each copy goes on from it.
struct FunctionMicroVM: MicroVMActing {
    /// Whether everything is there.
    let isMade: @Sendable () -> Bool
    /// Whether no call runs.
    let isIdle: @Sendable () -> Bool
    /// Ends the process in order.
    let end: @Sendable () -> Void
    let logger: Logger

    /// How long calls may go on before the MicroVM is frozen; Lambda itself waits for a minute at most.
    private static let patience = Duration.seconds(50)

    func isReady() async -> Bool { isMade() }

    func suspend() async throws {
        let limit = ContinuousClock.now + Self.patience
        while !isIdle(), .now < limit { try await Task.sleep(for: .milliseconds(20)) }
        // Memory is kept: what is cut here goes on where it was, and a lost connection is a failure like any other.
        if !isIdle() { logger.warning("The MicroVM is frozen in the middle of a call") }
    }

    func resume() async throws {
        // Credentials are told by the clock that they are old, and connections are made anew when they turn out to be gone.
        logger.info("The MicroVM goes on")
    }

    func terminate() async { end() }
}
