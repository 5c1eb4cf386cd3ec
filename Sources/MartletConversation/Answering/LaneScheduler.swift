/// Decides what is answered next: one event of a place at a time, in order, and many places side by side.
///
/// A place that has more to answer goes to the back of the line after each event, so that a busy chat does not starve others.
/// A value without clocks or tasks; whoever holds it starts what it returns.
package struct LaneScheduler: Sendable {
    private let maximumRunning: Int
    private let maximumWaitingPerLane: Int
    private var lanes: [ConversationKey: [Incoming]] = [:]
    private var running: Set<ConversationKey> = []
    /// Of the running lanes, those whose event takes but a moment.
    private var light: Set<ConversationKey> = []
    private var line: [ConversationKey] = []
    private var known: Set<EventID> = []
    private var refusing: Set<ConversationKey> = []

    /// How many events wait, the running ones left out.
    package private(set) var waitingCount = 0
    /// How many events are being answered.
    package var runningCount: Int { running.count }

    /// Makes an empty scheduler.
    package init(maximumRunning: Int, maximumWaitingPerLane: Int) {
        precondition(maximumRunning > 0 && maximumWaitingPerLane > 0, "a scheduler needs room for at least one event")
        self.maximumRunning = maximumRunning
        self.maximumWaitingPerLane = maximumWaitingPerLane
    }

    /// What became of an event.
    package enum Admission: Sendable, Hashable {
        /// It will be started in its turn.
        case admitted
        /// It is here already.
        case alreadyKnown
        /// Its chat has too many waiting; whether it is the first that is turned away since one was started there.
        case laneFull(isFirst: Bool)
    }

    /// Takes an event at the end of its lane; `isExempt` events are taken however long the lane is.
    package mutating func admit(_ event: InboundEvent, isExempt: Bool = false) -> Admission {
        admit(Incoming(event, isLeftover: isExempt))
    }

    /// Takes a question at the end of its lane; one from before a restart is taken however long the lane is.
    package mutating func admit(_ incoming: Incoming) -> Admission {
        guard !incoming.parts.contains(where: { known.contains($0.id) }) else { return .alreadyKnown }
        let lane = incoming.place
        let waiting = lanes[lane]?.count ?? 0
        guard incoming.isLeftover || incoming.isLight || waiting < maximumWaitingPerLane else {
            return .laneFull(isFirst: refusing.insert(lane).inserted)
        }
        known.formUnion(incoming.parts.map(\.id))
        lanes[lane, default: []].append(incoming)
        waitingCount += 1
        if waiting == 0, !running.contains(lane) { line.append(lane) }
        return .admitted
    }

    /// Whether an event waits or is being answered.
    package func knows(_ event: EventID) -> Bool { known.contains(event) }

    /// The next question to answer, or nil when nothing waits or enough is running.
    ///
    /// What takes but a moment waits for its turn in its lane, and for nothing else.
    package mutating func next() -> Incoming? {
        let hasRoom = running.count - light.count < maximumRunning
        let first = hasRoom ? line.indices.first : line.firstIndex { lanes[$0]?.first?.isLight == true }
        guard let first else { return nil }
        let lane = line.remove(at: first)
        guard var waiting = lanes[lane], !waiting.isEmpty else { return nil }
        let incoming = waiting.removeFirst()
        lanes[lane] = waiting.isEmpty ? nil : waiting
        waitingCount -= 1
        running.insert(lane)
        if incoming.isLight { light.insert(lane) }
        refusing.remove(lane)
        return incoming
    }

    /// Notes that a question returned by ``next()`` is done.
    package mutating func finish(_ incoming: Incoming) {
        let lane = incoming.place
        known.subtract(incoming.parts.map(\.id))
        light.remove(lane)
        guard running.remove(lane) != nil else { return }
        if lanes[lane] != nil { line.append(lane) }
    }

    /// Whether something that fits waits in a lane.
    package func waits(in lane: ConversationKey, where fits: (Incoming) -> Bool) -> Bool {
        lanes[lane]?.contains(where: fits) ?? false
    }

    /// Takes out what waits in a lane and fits.
    package mutating func remove(in lane: ConversationKey, where fits: (Incoming) -> Bool) -> [Incoming] {
        guard let waiting = lanes[lane] else { return [] }
        let removed = waiting.filter(fits)
        let kept = waiting.filter { !fits($0) }
        lanes[lane] = kept.isEmpty ? nil : kept
        if kept.isEmpty { line.removeAll { $0 == lane } }
        waitingCount -= removed.count
        for incoming in removed { known.subtract(incoming.parts.map(\.id)) }
        return removed
    }

    /// Changes what a waiting message says.
    /// - Returns: The changed event, or nil where the message does not wait.
    package mutating func amend(_ message: MessageID, in place: ConversationKey, to text: String) -> EventID? {
        for lane in lanes.keys where lane.chat == place.chat && lane.bot == place.bot {
            for index in lanes[lane]?.indices ?? 0..<0 {
                if let event = lanes[lane]?[index].amend(message, in: place.chat, to: text) { return event }
            }
        }
        return nil
    }

    /// Gives what waits for a chat to the chat's other number.
    package mutating func migrate(_ chat: ChatID, of bot: BotID, to successor: ChatID) {
        for lane in lanes.keys.filter({ $0.bot == bot && $0.chat == chat }) {
            for incoming in remove(in: lane, where: { _ in true }) {
                var moved = incoming
                moved.migrate(to: successor)
                moved.isLeftover = true
                _ = admit(moved)
            }
        }
    }
}
