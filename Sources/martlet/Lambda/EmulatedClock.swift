import MartletAWS
import MartletConversation
import MartletCore
import MartletTelegram

/// The clock of an emulated function: has it called while something waits that no call is at, as the schedule does on AWS.
///
/// Whatever a killed process was at, and whatever the queue gave to nobody, would otherwise wait until somebody writes.
struct EmulatedClock: Sendable {
    let stage: FunctionStage
    /// Whether no call runs.
    let isIdle: @Sendable () -> Bool
    /// Calls the function.
    let invoke: @Sendable ([UInt8]) async -> InvocationOutcome

    /// As often as the fastest schedule.
    private static let interval = Duration.seconds(60)
    private static let pauseUntilReady = Duration.milliseconds(200)

    /// Whether functions of a mode answer what others left.
    static func serves(_ mode: LambdaMode) -> Bool {
        switch mode {
        case .one, .worker, .request: true
        case .front, .api: false
        }
    }

    /// Looks as soon as the function knows its bot, and every minute, until cancelled.
    func run() async {
        while !Task.isCancelled {
            guard stage.door.isReady else {
                try? await Task.sleep(for: Self.pauseUntilReady)
                continue
            }
            if await isSomethingLeft() { _ = await invoke(ScheduleEvent(id: "clock").json.serialized) }
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// A store that is away is for the next look.
    private func isSomethingLeft() async -> Bool {
        guard isIdle(), let door = try? await stage.door.value() else { return false }
        return (try? await door.store.unfinishedEvents(of: door.identity.id).isEmpty) == false
    }
}
