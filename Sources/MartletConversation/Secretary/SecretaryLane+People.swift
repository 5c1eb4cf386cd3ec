import FoundationEssentials

extension SecretaryLane {
    /// The contact wrote, or changed what they wrote: whatever was written for them is out of date.
    mutating func contactMoved(_ said: SaidMessage, at now: Date, under rules: LaneRules) {
        let mode = mode(byDefault: rules.defaultMode)
        guard mode != .off, !isPaused, rules.canReply, isWithinWindow(at: now, under: rules) else {
            abandon()
            return
        }
        if case .sending = phase {
            hasWaiting = true
            incomingLength = min(incomingLength + said.text.count, 100_000)
            return
        }
        var since = now
        if case .collecting(let first, _, _) = phase { since = first } else { abandon() }
        incomingLength = min(incomingLength + said.text.count, 100_000)
        collect(since: since, at: now, under: rules)
    }

    /// Messages are gone: what nobody asks any more is not answered, and what is still asked is answered without them.
    mutating func unsay(_ messages: [MessageID], at now: Date, under rules: LaneRules, step: inout LaneStep) {
        let left = (pending ?? []).filter { !messages.contains($0) }
        guard left.count < pending?.count ?? 0 else { return }
        pending = left
        switch phase {
        case .idle: break
        case .sending(let draft, let message, isAutomatic: true, isBegun: false) where !hasWaiting:
            withdraw(draft, message, step: &step)
        case .sending: if left.isEmpty { hasWaiting = false }
        case .collecting, .writing, .holding, .offered:
            abandon(as: left.isEmpty ? .withdrawn : .outdated)
            incomingLength = 0
            guard !left.isEmpty, mode(byDefault: rules.defaultMode) != .off, !isPaused, rules.canReply else { break }
            collect(since: now, at: now, under: rules)
        }
    }

    /// Takes back an automatic answer that was about to be handed to the platform.
    private mutating func withdraw(_ draft: LaneDraft, _ message: MessageID?, step: inout LaneStep) {
        step.records.append(.settled(draft: draft.number, .failed))
        if let message { mark(message, with: draft, as: .withdrawn) }
        phase = .idle
        incomingLength = 0
    }

    /// Waits until the contact is quiet, and in automatic mode until the owner and the night allow an answer.
    mutating func collect(since: Date, at now: Date, under rules: LaneRules) {
        let settings = rules.settings
        var until = min(now + settings.quiet.timeInterval, since + settings.maximumQuiet.timeInterval)
        until = max(until, now)
        if mode(byDefault: rules.defaultMode) == .automatic {
            if let end = pauseEnd(at: now, under: rules) { until = max(until, end) }
            if let end = settings.quietHours?.end(at: until) { until = end + 300 * rules.chance }
        }
        phase = .collecting(since: since, until: until, attempt: 1)
    }

    /// The owner wrote here themselves: automatic answers pause, and what was written is for the owner to decide.
    mutating func ownerMoved(at date: Date, under rules: LaneRules) {
        pausedUntil = max(date + rules.settings.pause.timeInterval, pausedUntil ?? date)
        exchangeCount = 0
        isLoopTold = false
        needsOwner = false
        hasWaiting = false
        incomingLength = 0
        pending = nil
        switch phase {
        case .idle, .sending: break
        case .collecting, .writing: phase = .idle
        case .holding(let draft, _): offer(draft)
        case .offered: abandon()
        }
    }

    /// A button under a draft.
    mutating func press(
        _ button: DraftButton,
        draft number: Int,
        message: MessageID,
        at now: Date,
        under rules: LaneRules,
        step: inout LaneStep
    ) -> LaneAnswer {
        guard case .offered(let draft, let shown, _) = phase, draft.number == number else {
            if case .sending(let draft, _, _, _) = phase, draft.number == number { return .alreadySent }
            if traces.contains(where: { $0.draft == number }) { return .alreadySent }
            return .outdated
        }
        // A draft that was shown twice, because the process died in between, is settled where it was pressed.
        if let shown, shown != message { mark(shown, with: draft, as: .outdated) }
        switch button {
        case .send: return claim(draft, message: message, isAutomatic: false, at: now, under: rules, step: &step)
        case .edit:
            phase = .offered(draft, message: message, isEditing: true)
            mark(message, with: draft, as: .editing)
            return .editing
        case .discard:
            phase = .idle
            incomingLength = 0
            pending = nil
            needsOwner = false
            mark(message, with: draft, as: .discarded)
            return .discarded
        }
    }

    /// The owner answered a draft's message: sent as it is where they were asked for their words, else offered as a draft.
    mutating func ownerWrote(
        _ text: String,
        _ marks: [TextMark],
        answering message: MessageID,
        at now: Date,
        under rules: LaneRules,
        step: inout LaneStep
    ) -> LaneAnswer {
        if case .sending = phase { return .busy }
        count += 1
        let draft = LaneDraft(number: count, text: text, marks: marks)
        if case .offered(_, message, isEditing: true) = phase {
            return claim(draft, message: message, isAutomatic: false, at: now, under: rules, step: &step)
        }
        abandon()
        offer(draft)
        return .editing
    }

    /// Starts to send a draft, which its number allows once.
    mutating func claim(
        _ draft: LaneDraft,
        message: MessageID?,
        isAutomatic: Bool,
        at now: Date,
        under rules: LaneRules,
        step: inout LaneStep
    ) -> LaneAnswer {
        guard rules.canReply else { return .notPermitted }
        guard isWithinWindow(at: now, under: rules) else {
            if let message { mark(message, with: draft, as: .outdated) }
            phase = .idle
            return .tooLate
        }
        if !isAutomatic {
            exchangeCount = 0
            isLoopTold = false
            needsOwner = false
        }
        phase = .sending(draft, message: message, isAutomatic: isAutomatic, isBegun: false)
        typingFrom = nil
        step.records.append(.claimed(draft, at: now, isAutomatic: isAutomatic))
        return .sending
    }

    /// Whether the platform would deliver an answer, by the age of the contact's last message.
    func isWithinWindow(at now: Date, under rules: LaneRules) -> Bool {
        guard let lastContactDate else { return false }
        return now.timeIntervalSince(lastContactDate) < rules.settings.replyWindow.timeInterval
    }
}

extension Duration {
    /// The duration in seconds, as dates count.
    var timeInterval: TimeInterval {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
