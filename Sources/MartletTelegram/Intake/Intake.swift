public import FoundationEssentials
public import Logging
public import MartletConversation

/// The one way in: records what the platform delivers, however it comes, and hands what is new to the line.
///
/// Whoever delivers may acknowledge an update when ``take(_:)`` has returned, and not before. A delivery that is repeated, also
/// at the same moment, has one effect.
public final class Intake: Sendable {
    /// Reads what comes.
    public let reader: UpdateReader
    private let store: any ConversationStore
    private let line: any EventLine
    private let recorder: UpdateRecorder
    private let memory: Duration
    private let logger: Logger

    /// Makes an intake; one for each bot.
    /// - Parameters:
    ///   - memory: How long finished updates are remembered; the platform itself forgets after a day.
    ///   - line: Where new events go.
    public init(
        reader: UpdateReader,
        store: any ConversationStore,
        line: any EventLine,
        memory: Duration = .seconds(7 * 86_400),
        logger: Logger
    ) {
        self.reader = reader
        self.store = store
        self.line = line
        self.memory = memory
        self.logger = logger
        recorder = UpdateRecorder { updates in
            for event in try await store.accept(updates) { line.submit(event, isLeftover: false) }
        }
    }

    /// Records updates, all or none, and hands the new events among them to the line, in order.
    ///
    /// Calls at the same time share one write to the disk.
    /// - Throws: The store's error; then nothing is recorded, and the platform should deliver again.
    public func take(_ updates: [ReceivedUpdate]) async throws {
        for update in updates {
            guard case .unreadable(let bytes) = update.meaning else { continue }
            logger.warning(
                "An update was not understood; it is kept as it came",
                metadata: ["update.id": "\(update.id.update)", "update.byte_count": "\(bytes.count)"]
            )
        }
        guard !updates.isEmpty else { return }
        try await recorder.record(updates)
    }

    /// Hands over what was recorded before and has no end yet; what nobody waits for any more is ended.
    /// - Throws: The store's error.
    public func takeUpLeftovers(at date: Date = Date()) async throws {
        let leftovers = try await store.unfinishedEvents(of: reader.identity.id)
        guard !leftovers.isEmpty else { return }
        logger.notice("Messages from before the start are answered", metadata: ["count": "\(leftovers.count)"])
        for event in leftovers {
            if event.hasExpired(at: date) {
                try await store.finish(event.id, as: .ignored, remembering: [], in: event.key)
            } else {
                line.submit(event, isLeftover: true)
            }
        }
    }

    /// Returns when the line has room, or the task is cancelled.
    public func waitForRoom() async { await line.waitForRoom() }

    /// Whether the line has room, or gets some within `patience`.
    func hasRoom(within patience: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { [line] in
                await line.waitForRoom()
                return !Task.isCancelled
            }
            group.addTask {
                try? await Task.sleep(for: patience)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    /// Forgets what is older than the memory.
    /// - Throws: The store's error.
    public func prune(at date: Date = Date()) async throws {
        try await store.pruneUpdates(receivedBefore: Date(timeInterval: -memory.seconds, since: date))
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
