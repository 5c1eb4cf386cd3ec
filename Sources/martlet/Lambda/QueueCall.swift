import Logging
import MartletAWS
import MartletConversation
import MartletCore
import MartletTelegram

/// A batch out of the queue, answered.
struct QueueCall: Sendable {
    let call: FunctionCall
    let queue: (any TurnQueueing)?

    /// Answers what the records name, and reports those that were not; then answers what a call began that is gone.
    ///
    /// A record that is no turn of this bot is reported too: the queue puts it aside in the end, where its operator finds it. The
    /// last time that a turn comes its chat is told that it was given up, and it is put aside as well.
    /// - Throws: What keeps the whole batch from being answered; the queue delivers it again, and soon.
    func work(on records: [QueueRecord]) async throws {
        let leftovers: Leftovers
        do {
            leftovers = try await answer(records)
        } catch {
            await hasten(records)
            throw error
        }
        // The queue itself gives them out again only after the time that the longest answer takes, six times over.
        try await leftovers.answer(until: call.deadline())
    }

    /// Answers what the records name.
    /// - Returns: What is left in other chats.
    private func answer(_ records: [QueueRecord]) async throws -> Leftovers {
        let door = try await call.stage.door.value()
        let backstage = try await call.stage.backstage.value()
        let deadline = call.deadline()
        let turns = call.turns(backstage, door)
        var events: [String: EventID] = [:]
        for record in records {
            guard let event = QueuedTurn.event(in: record.body), event.bot == door.identity.id else {
                call.logger.error(
                    "A message in the queue is no turn of this bot",
                    metadata: ["queue.message": "\(record.messageID)"]
                )
                continue
            }
            events[record.messageID] = event
        }
        let wanted = Set(events.values)
        let unfinished = try await door.store.unfinishedEvents(of: door.identity.id)
        // What waits before them in the same chat was recorded earlier, and is answered earlier.
        let places = Set(unfinished.filter { wanted.contains($0.id) }.map(\.key.place))
        let leftovers = Leftovers(turns, among: unfinished, besides: places, for: .begun)
        let lastRecords = records.filter { $0.receiveCount >= call.stage.configuration.maximumReceives }
        // Receipts that came to nothing, such as of calls for which there was no room, leave a turn unbegun.
        var unbegun: Set<EventID> = []
        if !lastRecords.isEmpty {
            for place in places { unbegun.formUnion(try await door.store.waitingEvents(in: place).map(\.id)) }
        }
        var line: [InboundEvent] = []
        for event in unfinished where places.contains(event.key.place) {
            if try await turns.answerAside(event, until: deadline) { continue }
            line.append(event)
        }
        await turns.answerNow(line, until: deadline)
        await backstage.finishErrands(in: door.store, until: deadline)
        let left = Set(try await door.store.unfinishedEvents(of: door.identity.id).map(\.id))
        let givenUp = Set(lastRecords.map(\.messageID))
        let failures = records.filter { record in
            guard let event = events[record.messageID] else { return true }
            return left.contains(event) || (givenUp.contains(record.messageID) && !unbegun.contains(event))
        }
        try await call.responder.respond(QueueBatchResponse(failedMessageIDs: failures.map(\.messageID)).payload)
        await hasten(failures)
        return leftovers
    }

    /// Has failures come again soon: the queue's own time is made for answers that take long.
    private func hasten(_ failures: [QueueRecord]) async {
        for record in failures {
            let pause = Duration.seconds(1 << min(record.receiveCount, 6))
            do {
                try await queue?.retry(record.receiptHandle, after: pause)
            } catch {
                call.logger.info("A message comes again later than it could", metadata: ["error": "\(error)"])
            }
        }
    }
}
