/// Decides what is answered next: one event of a place at a time, in order, and many places side by side.
///
/// A place that has more to answer goes to the back of the line after each event, so that a busy chat does not starve others.
/// A value without clocks or tasks; whoever holds it starts what it returns.
package struct LaneScheduler: Sendable {
    private let maximumRunning: Int
    private let maximumWaitingPerLane: Int
    private var lanes: [ConversationKey: [InboundEvent]] = [:]
    private var running: Set<ConversationKey> = []
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
        guard !known.contains(event.id) else { return .alreadyKnown }
        let lane = event.key.place
        let waiting = lanes[lane]?.count ?? 0
        guard isExempt || waiting < maximumWaitingPerLane else {
            return .laneFull(isFirst: refusing.insert(lane).inserted)
        }
        known.insert(event.id)
        lanes[lane, default: []].append(event)
        waitingCount += 1
        if waiting == 0, !running.contains(lane) { line.append(lane) }
        return .admitted
    }

    /// The next event to start, or nil when nothing waits or enough is running.
    package mutating func next() -> InboundEvent? {
        guard running.count < maximumRunning, !line.isEmpty else { return nil }
        let lane = line.removeFirst()
        guard var events = lanes[lane], !events.isEmpty else { return nil }
        let event = events.removeFirst()
        lanes[lane] = events.isEmpty ? nil : events
        waitingCount -= 1
        running.insert(lane)
        refusing.remove(lane)
        return event
    }

    /// Notes that an event returned by ``next()`` is done.
    package mutating func finish(_ event: InboundEvent) {
        let lane = event.key.place
        known.remove(event.id)
        guard running.remove(lane) != nil else { return }
        if lanes[lane] != nil { line.append(lane) }
    }
}
