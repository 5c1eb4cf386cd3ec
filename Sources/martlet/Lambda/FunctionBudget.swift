import Foundation
import Logging
import MartletConversation
import MartletCore
import Synchronization

/// Stands between a function's answers and the ledger of tokens: refuses where the day's computing time is used up, and tells
/// what each answer came to.
final class FunctionBudget: Budgeting {
    private let ledger: any Budgeting
    private let time: FunctionLedger?
    private let machine: FunctionMachine
    private let writesMetrics: Bool
    private let logger: Logger
    private let begun = Mutex<[EventID: ContinuousClock.Instant]>([:])

    /// Makes a budget.
    /// - Parameters:
    ///   - ledger: Keeps tokens and money within their limits.
    ///   - time: The day's computing time; nil does not limit it.
    init(
        _ ledger: any Budgeting,
        time: FunctionLedger?,
        machine: FunctionMachine,
        writesMetrics: Bool,
        logger: Logger
    ) {
        self.ledger = ledger
        self.time = time
        self.machine = machine
        self.writesMetrics = writesMetrics
        self.logger = logger
    }

    func reserve(tokens: Int, for event: InboundEvent) async throws -> Reservation {
        if let time, try await time.isExhausted() {
            logger.notice("The day's computing time is used up", metadata: ["budget.gigabyte_seconds": "\(time.limit)"])
            let hours = max(1, Int((time.secondsUntilTomorrow() / 3600).rounded(.up)))
            let text = FunctionPhrase.dayIsUsedUp(hours: hours).text(in: Language(code: event.sender.languageCode))
            return .exhausted(FinalReply(text: text, isRemembered: false))
        }
        let reservation = try await ledger.reserve(tokens: tokens, for: event)
        if reservation == .granted { begun.withLock { $0[event.id] = .now } }
        return reservation
    }

    func settle(_ event: InboundEvent, usage: Usage?) async throws {
        if let start = begun.withLock({ $0.removeValue(forKey: event.id) }) {
            let cost = AnswerCost(.now - start, usage: usage, machine.cost)
            var metadata = cost.metadata
            metadata["chat.id"] = "\(event.key.chat)"
            metadata["update.id"] = "\(event.id.update)"
            logger.info("What an answer cost", metadata: metadata)
            if writesMetrics {
                StandardOutput.write(cost.metricLine(function: machine.name, at: Date()) + "\n")
            }
        }
        try await ledger.settle(event, usage: usage)
    }
}

/// Standard output, a whole line at a time.
enum StandardOutput {
    static func write(_ line: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
    }
}
