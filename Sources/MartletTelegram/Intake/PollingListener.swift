import FoundationEssentials
public import Logging
public import MartletConversation

/// Takes a bot's messages by long polling.
///
/// A message is confirmed to the platform only after the store has it; whatever goes wrong before that, the platform sends it
/// again. Every failure but a wrong token is waited out.
public struct PollingListener: Sendable {
    private let api: any BotAPICalling
    private let identity: BotIdentity
    private let store: any ConversationStore
    private let service: ConversationService
    private let settings: PollingSettings
    private let logger: Logger

    /// Makes a listener.
    /// - Parameter service: Answers the messages; it has to run beside the listener.
    public init(
        api: any BotAPICalling,
        identity: BotIdentity,
        store: any ConversationStore,
        service: ConversationService,
        settings: PollingSettings = PollingSettings(),
        logger: Logger
    ) {
        self.api = api
        self.identity = identity
        self.store = store
        self.service = service
        self.settings = settings
        self.logger = logger
    }

    /// Answers what is left over from before, then listens until the task is cancelled.
    /// - Throws: ``TelegramError`` when the token is not valid, the store's error when it cannot be read at the start, and
    ///   `CancellationError`.
    public func run() async throws {
        let leftovers = try await store.unfinishedEvents(of: identity.id)
        if !leftovers.isEmpty {
            logger.notice("Messages from before the start are answered", metadata: ["count": "\(leftovers.count)"])
        }
        for event in leftovers { service.submit(event, isLeftover: true) }
        var reader = UpdateReader(identity: identity)
        var offset: Int64?
        var pause = settings.firstPause
        var prunedAt: ContinuousClock.Instant?
        while true {
            try Task.checkCancellation()
            await service.waitForRoom()
            var wait = pause
            do {
                if prunedAt.map({ .now - $0 > .seconds(86_400) }) ?? true {
                    try await store.pruneUpdates(receivedBefore: Date(timeIntervalSinceNow: -settings.memory.seconds))
                    prunedAt = .now
                }
                let batch = try await receive(offset: offset, &reader)
                for event in try await store.accept(batch.updates) { service.submit(event) }
                offset = batch.nextOffset ?? offset
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
                wait = max(wait, (error as? TelegramError)?.retryAfter ?? .zero)
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
        var nextOffset: Int64?
        var isUnconfirmable = false
        var cameTooSoon = false
    }

    private func receive(offset: Int64?, _ reader: inout UpdateReader) async throws -> Batch {
        do {
            return try await receive(offset: offset, limit: settings.batchSize, &reader)
        } catch let error as TelegramError where error.code == .malformedResponse && !error.body.isEmpty {
            logger.error(
                "An answer was not understood; its updates are taken one by one",
                metadata: ["error": "\(error)"]
            )
            do {
                return try await receive(offset: offset, limit: 1, &reader)
            } catch let error as TelegramError where error.code == .malformedResponse {
                guard let number = Self.updateNumber(in: error.body) else { throw error }
                logger.error(
                    "An update was not understood; it is kept as it came",
                    metadata: ["update.id": "\(number)"]
                )
                let id = EventID(bot: identity.id, update: number)
                let poison = ReceivedUpdate(id: id, meaning: .unreadable(bytes: error.body))
                return Batch(updates: [poison], nextOffset: number + 1)
            }
        }
    }

    private func receive(offset: Int64?, limit: Int, _ reader: inout UpdateReader) async throws -> Batch {
        let asked = ContinuousClock.now
        let raw = try await api.getUpdates(
            offset: offset,
            limit: limit,
            timeout: settings.timeout,
            allowedUpdates: UpdateReader.allowedUpdates
        )
        var batch = Batch()
        for update in raw {
            guard let received = reader.read(update) else { continue }
            batch.updates.append(received)
            if case .unreadable = received.meaning {
                logger.warning("An unknown kind of update is kept", metadata: ["update.id": "\(received.id.update)"])
            }
        }
        batch.nextOffset = batch.updates.map(\.id.update).max().flatMap { $0 < .max ? $0 + 1 : nil }
        batch.cameTooSoon = raw.isEmpty && .now - asked < min(settings.timeout / 2, .milliseconds(500))
        batch.isUnconfirmable = batch.updates.isEmpty && !raw.isEmpty
        return batch
    }

    /// The number of the first update in bytes that are not JSON, as far as it can be made out.
    private static func updateNumber(in bytes: [UInt8]) -> Int64? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let name = text.firstRange(of: "\"update_id\"") else { return nil }
        let digits = text[name.upperBound...].drop { $0 == ":" || $0.isWhitespace }.prefix { $0.isASCII && $0.isNumber }
        return Int64(digits).flatMap { $0 < .max ? $0 : nil }
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
