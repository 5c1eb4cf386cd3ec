import FoundationEssentials
public import Logging
import MartletConversation
import MartletCore

/// Takes a bot's messages by long polling.
///
/// A message is confirmed to the platform only after the store has it; whatever goes wrong before that, the platform sends it
/// again. Every failure but a wrong token is waited out.
public struct PollingListener: Sendable {
    private let api: any BotAPICalling
    private let intake: Intake
    private let settings: PollingSettings
    private let logger: Logger

    /// Makes a listener.
    /// - Parameter intake: Records what comes; what its line leads to has to run beside the listener.
    public init(
        api: any BotAPICalling,
        intake: Intake,
        settings: PollingSettings = PollingSettings(),
        logger: Logger
    ) {
        self.api = api
        self.intake = intake
        self.settings = settings
        self.logger = logger
    }

    /// Answers what is left over from before, then listens until the task is cancelled.
    /// - Throws: ``TelegramError`` when the token is not valid, the store's error when it cannot be read at the start, and
    ///   `CancellationError`.
    public func run() async throws {
        try await intake.takeUpLeftovers()
        var offset = PollingOffset()
        var pause = settings.firstPause
        var prunedAt: ContinuousClock.Instant?
        while true {
            try Task.checkCancellation()
            await intake.waitForRoom()
            var wait = pause
            do {
                if prunedAt.map({ .now - $0 > .seconds(86_400) }) ?? true {
                    try await intake.prune()
                    prunedAt = .now
                }
                let batch = try await receive(offset: offset.value(at: Date()))
                try await intake.take(batch.updates)
                offset.note(batch.updates, at: Date())
                pause = settings.firstPause
                // A server that answers with nothing at once, instead of waiting, is not asked again at once.
                guard batch.isUnconfirmable || batch.cameTooSoon else { continue }
                wait = pause
                if batch.isUnconfirmable { logger.error("Updates without a number came; they cannot be confirmed") }
            } catch let error as CancellationError {
                throw error
            } catch let error as TelegramError where error.code == .unauthorized {
                throw error
            } catch {
                try Task.checkCancellation()
                wait = (error as? TelegramError)?.wait(orElse: pause, atLeast: settings.firstPause) ?? pause
                logger.error(
                    "Messages could not be received; nothing is lost, and it is tried again",
                    metadata: ["error": "\(error)", "retry.pause": "\(wait)"]
                )
            }
            try await Task.sleep(for: wait * Double.random(in: 1...1.25))
            pause = min(pause * 2, settings.longestPause)
        }
    }

    /// What one call brought.
    private struct Batch {
        var updates: [ReceivedUpdate] = []
        var isUnconfirmable = false
        var cameTooSoon = false
    }

    private func receive(offset: Int64?) async throws -> Batch {
        do {
            return try await receive(offset: offset, limit: settings.batchSize)
        } catch let error as TelegramError where error.code == .malformedResponse && !error.body.isEmpty {
            logger.error(
                "An answer was not understood; its updates are taken one by one",
                metadata: ["error": "\(error)"]
            )
            do {
                return try await receive(offset: offset, limit: 1)
            } catch let error as TelegramError where error.code == .malformedResponse {
                guard UpdateReader.updateNumber(in: error.body) != nil else { throw error }
                return Batch(updates: [intake.reader.read(bytes: error.body)])
            }
        }
    }

    private func receive(offset: Int64?, limit: Int) async throws -> Batch {
        let asked = ContinuousClock.now
        let raw = try await withWatchdog(of: settings.timeout + settings.hangAllowance) {
            try await api.getUpdates(
                offset: offset,
                limit: limit,
                timeout: settings.timeout,
                allowedUpdates: UpdateReader.allowedUpdates
            )
        }
        var batch = Batch()
        let reader = intake.reader
        batch.updates = raw.map { reader.read($0) ?? reader.read(bytes: $0.serialized) }
        batch.cameTooSoon = raw.isEmpty && .now - asked < min(settings.timeout / 2, .milliseconds(500))
        batch.isUnconfirmable = !raw.isEmpty && !batch.updates.contains { $0.id.update >= 0 }
        return batch
    }

    /// Gives up a call that neither answers nor fails, as happens when a connection dies without a word.
    private func withWatchdog(
        of limit: Duration,
        _ call: @escaping @Sendable () async throws -> [JSONValue]
    ) async throws -> [JSONValue] {
        try await withThrowingTaskGroup(of: [JSONValue].self) { group in
            group.addTask { try await call() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw TelegramError(
                    code: .network,
                    method: "getUpdates",
                    reason: "no answer within \(limit); the connection is given up and made anew"
                )
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }
}
