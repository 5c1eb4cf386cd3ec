public import FoundationEssentials

/// One chat of an owner with a contact: a value without clocks, model or platform.
///
/// Whoever holds it feeds it ``LaneInput``s with instants, stores it with the records of each step in one transaction, and
/// then does what ``action`` says. The phases go
///
///     idle -> collecting -> writing -> offered -> sending -> idle          (suggest)
///     idle -> collecting -> writing -> holding -> sending -> idle          (automatic; -> offered where it must not go out)
///
/// and a new message of the contact leads back to collecting from everywhere but sending, which it waits for. So there is one
/// draft at most, and everything here is bounded whatever the contact does.
///
/// Lanes are stored as JSON; a member that is added later is optional, so that stored ones stay readable.
public struct SecretaryLane: Sendable, Hashable, Codable {
    /// The contact's name.
    public internal(set) var name = ""
    /// The contact's language, as a code.
    public internal(set) var languageCode: String?
    /// What the owner chose for this contact; nil follows the default.
    public internal(set) var mode: SecretaryMode?
    /// Whether the owner paused this contact.
    public internal(set) var isPaused = false
    /// Until when automatic answers pause because the owner wrote.
    public internal(set) var pausedUntil: Date?
    /// Where the lane is.
    public internal(set) var phase = Phase.idle
    /// When the contact last wrote, by the platform's clock.
    public internal(set) var lastContactDate: Date?
    /// Automatic answers since the owner last did something here.
    public internal(set) var exchangeCount = 0

    var count = 0
    var chores: [LaneChore] = []
    var choreCount = 0
    var begun: Date?
    var incomingLength = 0
    var needsOwner = false
    var isLoopTold = false
    var refusalTold: Date?
    var hasWaiting = false
    /// The contact's messages that nobody has answered yet.
    var pending: [MessageID]?
    /// When the contact is next shown that an answer is being typed; nil where that is not to be.
    var typingFrom: Date?
    var recentEvents: [EventID] = []
    var traces: [SendTrace] = []

    /// Makes a lane in which nothing has happened.
    public init() {}

    /// Where a lane is.
    public enum Phase: Sendable, Hashable, Codable {
        /// Nothing is to be done.
        case idle
        /// The contact is writing; an answer is written when they are quiet until `until`.
        case collecting(since: Date, until: Date, attempt: Int)
        /// The model writes.
        case writing(round: Int, attempt: Int)
        /// An automatic answer waits as long as a person would take.
        case holding(LaneDraft, until: Date)
        /// The owner decides; `message` is nil until the draft is shown.
        case offered(LaneDraft, message: MessageID?, isEditing: Bool)
        /// The draft is on its way; `isBegun` once it was handed to the platform.
        case sending(LaneDraft, message: MessageID?, isAutomatic: Bool, isBegun: Bool)
    }

    /// What is to be done now, until an input says that it was; nil waits for ``wake``.
    public var action: LaneAction? {
        if let chore = chores.first { return .chore(chore) }
        switch phase {
        case .idle, .collecting, .holding: return nil
        case .writing(let round, _): return .write(round: round)
        case .offered(let draft, let message, _): return message == nil ? .show(draft) : nil
        case .sending(let draft, _, _, let isBegun): return isBegun ? .doubt(draft) : .send(draft)
        }
    }

    /// When anything last happened here; the time that the owner's own words pause it for counts with them.
    public var lastActivityDate: Date? {
        [lastContactDate, pausedUntil].compactMap { $0 }.max()
    }

    /// When something is to be done: the distant past for now, nil for never.
    public var wake: Date? {
        if action != nil { return .distantPast }
        switch phase {
        case .collecting(_, let until, _): return until
        case .holding(_, let until): return min(typingFrom ?? until, until)
        default: return nil
        }
    }

    /// What is done for this contact.
    public func mode(byDefault standard: SecretaryMode) -> SecretaryMode { mode ?? standard }

    /// Takes an input and says what is to be stored with the lane.
    public mutating func advance(_ input: LaneInput, at now: Date, under rules: LaneRules) -> LaneStep {
        var step = LaneStep()
        switch input {
        case .contactSaid(let said, let contact, let event, let isReadable):
            guard note(event), !isEcho(said) else { break }
            // Of those for whom nothing is done, nothing is kept but that they wrote.
            if mode(byDefault: rules.defaultMode) != .off { step.records.append(.said(said)) }
            name = contact.name
            languageCode = contact.languageCode ?? languageCode
            lastContactDate = max(said.date, lastContactDate ?? said.date)
            if !isReadable { needsOwner = true }
            if mode(byDefault: rules.defaultMode) != .off { note(pending: said.message) }
            contactMoved(said, at: now, under: rules)
        case .contactEdited(let said, let event):
            guard note(event) else { break }
            step.records.append(.edited(said.message, said.text))
            if phase != .idle { contactMoved(said, at: now, under: rules) }
        case .unsaid(let messages, let event):
            guard note(event) else { break }
            step.records.append(.unsaid(messages))
            unsay(messages, at: now, under: rules, step: &step)
        case .ownerEdited(let said, let event):
            guard note(event) else { break }
            step.records.append(.edited(said.message, said.text))
        case .ownerSpoke(let said, let event):
            guard note(event) else { break }
            if let draft = takeEcho(said, at: now) {
                confirm(draft, said: said, step: &step)
            } else {
                if mode(byDefault: rules.defaultMode) != .off { step.records.append(.said(said)) }
                ownerMoved(at: min(said.date, now), under: rules)
            }
        case .echoed(let said, let event):
            guard note(event), let draft = takeEcho(said, at: now) else { break }
            confirm(draft, said: said, step: &step)
        case .pressed(let button, let draft, let message):
            step.answer = press(button, draft: draft, message: message, at: now, under: rules, step: &step)
        case .ownerWrote(let text, let marks, let message, let event):
            guard note(event) else { break }
            step.answer = ownerWrote(text, marks, answering: message, at: now, under: rules, step: &step)
        case .tick: tick(at: now, under: rules, step: &step)
        case .written(let text, let round): written(text, round: round, at: now, under: rules)
        case .notWritten(let round): notWritten(round: round, at: now, under: rules)
        case .notAllowed(let reason, let round): notAllowed(reason, round: round, at: now)
        case .shown(let message, let draft): shown(message, draft: draft, at: now, step: &step)
        case .notShown(let draft):
            if case .offered(let offered, nil, _) = phase, offered.number == draft { phase = .idle }
        case .sendBegins, .sent, .notSent, .sendInDoubt: send(input, at: now, under: rules, step: &step)
        case .choreEnded(let number): chores.removeAll { $0.number == number }
        case .chosen(let mode):
            self.mode = mode
            if self.mode(byDefault: rules.defaultMode) == .off { step.records.append(.forgotten) }
            settle(under: rules)
        case .disconnected:
            abandon()
            step.records.append(.forgotten)
        case .paused(let isPaused):
            self.isPaused = isPaused
            if !isPaused {
                pausedUntil = nil
                exchangeCount = 0
                isLoopTold = false
            }
            settle(under: rules)
        }
        return step
    }

    /// Notes an event by which repeated deliveries are recognised; false where it is known.
    private mutating func note(_ event: EventID) -> Bool {
        guard !recentEvents.contains(event) else { return false }
        recentEvents.append(event)
        if recentEvents.count > 32 { recentEvents.removeFirst() }
        return true
    }

    /// Notes a message to be answered; of too many the oldest is forgotten.
    private mutating func note(pending message: MessageID) {
        pending = ((pending ?? []) + [message]).suffix(50)
    }

    /// Adds something for the owner to see; the oldest of too many is forgotten.
    mutating func add(_ kind: LaneChore.Kind) {
        choreCount += 1
        chores.append(LaneChore(number: choreCount, kind: kind))
        if chores.count > 12 { chores.removeFirst() }
    }

    /// Has a draft's message say how the draft stands.
    mutating func mark(_ message: MessageID, with draft: LaneDraft, as state: DraftState) {
        add(.change(message, text: draft.text, marks: draft.marks, to: state))
    }

    /// Gives the present draft up and says so where the owner sees it; a draft on its way is left alone.
    mutating func abandon(as state: DraftState = .outdated) {
        switch phase {
        case .sending: return
        case .offered(let draft, let message?, _): mark(message, with: draft, as: state)
        default: break
        }
        phase = .idle
    }

    /// Shows a draft to the owner instead of whatever was there.
    mutating func offer(_ draft: LaneDraft) { phase = .offered(draft, message: nil, isEditing: false) }

    /// Until when automatic answers pause, no longer than a pause is, whatever the clock did since it began.
    func pauseEnd(at now: Date, under rules: LaneRules) -> Date? {
        pausedUntil.map { min($0, now + rules.settings.pause.timeInterval) }
    }

    /// Brings the phase into line with a choice of the owner.
    private mutating func settle(under rules: LaneRules) {
        let mode = mode(byDefault: rules.defaultMode)
        switch phase {
        case .idle, .sending: break
        case .holding(let draft, _):
            if mode == .off { phase = .idle } else if mode == .suggest || isPaused { offer(draft) }
        case .offered: if mode == .off { abandon() }
        case .collecting, .writing: if mode == .off || isPaused { phase = .idle }
        }
    }
}
