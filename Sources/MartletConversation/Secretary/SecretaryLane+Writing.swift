import FoundationEssentials

extension SecretaryLane {
    /// Time went by: what was waited for may begin.
    mutating func tick(at now: Date, under rules: LaneRules, step: inout LaneStep) {
        let mode = mode(byDefault: rules.defaultMode)
        let isPossible = mode != .off && rules.canReply && isWithinWindow(at: now, under: rules)
        switch phase {
        case .collecting(_, let until, let attempt) where until <= now:
            guard isPossible, !isPaused else {
                phase = .idle
                return
            }
            count += 1
            begun = now
            phase = .writing(round: count, attempt: attempt)
        case .holding(let draft, let until) where until <= now:
            guard isPossible else {
                phase = .idle
                return
            }
            release(draft, mode: mode, at: now, under: rules, step: &step)
        case .holding(_, let until):
            guard let typing = typingFrom, typing <= now else { break }
            let next = now + Self.typingInterval
            typingFrom = next < until ? next : nil
            guard isPossible, goesOut(mode: mode, at: now, under: rules) else { break }
            step.answer = .typing
        default: break
        }
    }

    /// How often a platform has to be told that somebody types.
    private static let typingInterval: TimeInterval = 4.5
    /// How long somebody is seen to type at least, so that an answer never falls out of the blue.
    private static let shortestTyping: TimeInterval = 2
    /// How long somebody is seen to type at most.
    private static let longestTyping: TimeInterval = 30

    /// Keeps an answer back until then, and shows that it is typed shortly before.
    private mutating func hold(_ draft: LaneDraft, until: Date, at now: Date, under rules: LaneRules) {
        let typing = Double(draft.text.count) / max(1, rules.settings.delay.typingSpeed)
        let lead = min(max(typing, Self.shortestTyping), Self.longestTyping)
        phase = .holding(draft, until: until)
        typingFrom = max(now, until - lead)
    }

    /// Whether an answer may go out now without its owner; the owner is told of nothing.
    private func goesOut(mode: SecretaryMode, at now: Date, under rules: LaneRules) -> Bool {
        let isOwnerHere = pauseEnd(at: now, under: rules).map { now < $0 } ?? false
        return mode == .automatic && !isPaused && !isOwnerHere && !needsOwner && !rules.isOverLimit
            && exchangeCount < rules.settings.maximumExchanges && rules.settings.quietHours?.end(at: now) == nil
    }

    /// Sends an automatic answer whose delay is over, or offers it where it must not go out by itself.
    private mutating func release(
        _ draft: LaneDraft,
        mode: SecretaryMode,
        at now: Date,
        under rules: LaneRules,
        step: inout LaneStep
    ) {
        let isOwnerHere = pauseEnd(at: now, under: rules).map { now < $0 } ?? false
        if mode == .suggest || isPaused || isOwnerHere || !mayGoOut(under: rules) {
            offer(draft)
        } else if let end = rules.settings.quietHours?.end(at: now) {
            hold(draft, until: end + 300 * rules.chance, at: now, under: rules)
        } else {
            var draft = draft
            if rules.settings.disclosesAssistant {
                draft.text += "\n\n" + Language(code: languageCode).text(SecretaryPhrase.disclosure)
            }
            _ = claim(draft, message: nil, isAutomatic: true, at: now, under: rules, step: &step)
        }
    }

    /// Whether limits and loops leave room for another automatic answer; the owner is told of a loop once.
    private mutating func mayGoOut(under rules: LaneRules) -> Bool {
        if exchangeCount >= rules.settings.maximumExchanges {
            if !isLoopTold { add(.tell(.loopCut)) }
            isLoopTold = true
            return false
        }
        return !needsOwner && !rules.isOverLimit
    }

    /// The model wrote.
    mutating func written(_ text: String, round: Int, at now: Date, under rules: LaneRules) {
        guard case .writing(round, _) = phase else { return }
        let draft = LaneDraft(number: round, text: text)
        switch mode(byDefault: rules.defaultMode) {
        case .off: phase = .idle
        case .suggest: offer(draft)
        case .automatic:
            guard mayGoOut(under: rules) else {
                offer(draft)
                return
            }
            // What the model took is part of the time that a person takes.
            let delay = rules.settings.delay.duration(
                incoming: incomingLength,
                outgoing: text.count,
                chance: rules.chance
            )
            let until = max(now + Self.shortestTyping, (begun ?? now) + delay.timeInterval)
            hold(draft, until: until, at: now, under: rules)
        }
    }

    /// The model could not: it is asked again after a while, and in the end the owner is told.
    mutating func notWritten(round: Int, at now: Date, under rules: LaneRules) {
        guard case .writing(round, let attempt) = phase else { return }
        if attempt < rules.settings.maximumAttempts {
            let until = now + rules.settings.retryInterval.timeInterval * Double(attempt)
            phase = .collecting(since: now, until: until, attempt: attempt + 1)
        } else {
            phase = .idle
            add(.tell(.notWritten))
        }
    }

    /// The model may not be asked; the owner is told once a day.
    mutating func notAllowed(_ reason: String?, round: Int, at now: Date) {
        guard case .writing(round, _) = phase else { return }
        phase = .idle
        guard let reason, refusalTold.map({ now.timeIntervalSince($0) >= 86_400 }) ?? true else { return }
        refusalTold = now
        add(.tell(.notAllowed(reason)))
    }

    /// The owner sees a draft; one that was given up meanwhile says so.
    mutating func shown(_ message: MessageID, draft number: Int, at now: Date, step: inout LaneStep) {
        step.records.append(.shown(message, at: now))
        if case .offered(let draft, nil, let isEditing) = phase, draft.number == number {
            phase = .offered(draft, message: message, isEditing: isEditing)
        } else {
            add(.change(message, text: "", to: .outdated))
        }
    }
}
