import FoundationEssentials

/// What was sent in the owner's name, to recognise its echo by.
struct SendTrace: Sendable, Hashable, Codable {
    var draft: Int
    var date: Date
    var fingerprint: String
    /// The message in the contact's chat, once it is known.
    var message: MessageID?
    /// The message that shows the draft to the owner.
    var draftMessage: MessageID?
    var isEchoed = false
    var isDoubtful = false

    /// How long an echo is recognised by its words.
    static let lifetime: TimeInterval = 600

    /// Letters and digits of a text, because platforms change the rest; the text itself where it has none.
    static func fingerprint(of text: String) -> String {
        let letters = text.lowercased().filter { $0.isLetter || $0.isNumber }
        return "\(letters.count):" + String((letters.isEmpty ? text.trimmingWhitespace() : letters).prefix(200))
    }
}

extension SecretaryLane {
    /// Whether a message has the number of one that was sent in the owner's name.
    func isEcho(_ said: SaidMessage) -> Bool { traces.contains { $0.message == said.message } }

    /// The draft whose echo a message of the owner's account is; each draft has one.
    mutating func takeEcho(_ said: SaidMessage, at now: Date) -> Int? {
        if let index = traces.firstIndex(where: { $0.message == said.message }) {
            traces[index].isEchoed = true
            return traces[index].draft
        }
        let fingerprint = SendTrace.fingerprint(of: said.text)
        let index = traces.firstIndex { trace in
            !trace.isEchoed && trace.fingerprint == fingerprint
                && (trace.isDoubtful || now.timeIntervalSince(trace.date) < SendTrace.lifetime)
        }
        guard let index else { return nil }
        traces[index].isEchoed = true
        if traces[index].message == nil { traces[index].message = said.message }
        return traces[index].draft
    }

    /// The echo of a draft whose delivery was in doubt settles it.
    mutating func confirm(_ draft: Int, said: SaidMessage, step: inout LaneStep) {
        guard let index = traces.firstIndex(where: { $0.draft == draft }), traces[index].isDoubtful else { return }
        traces[index].isDoubtful = false
        step.records.append(.settled(draft: draft, .sent))
        var own = said
        own.author = .secretary
        step.records.append(.said(own))
        // The echo's words are what arrived, marks aside.
        if let message = traces[index].draftMessage { add(.change(message, text: said.text, marks: [], to: .sent)) }
    }

    /// The steps of a draft that is on its way.
    mutating func send(_ input: LaneInput, at now: Date, under rules: LaneRules, step: inout LaneStep) {
        guard case .sending(let draft, let message, let isAutomatic, let isBegun) = phase else { return }
        switch input {
        case .sendBegins(draft.number) where !isBegun:
            guard rules.canReply else {
                end(draft, message, as: .failed, notice: .notSent(draft.text), step: &step)
                break
            }
            phase = .sending(draft, message: message, isAutomatic: isAutomatic, isBegun: true)
            // From here on what the draft answers counts as answered; what comes now is another question.
            if !hasWaiting { pending = nil }
            traces.append(
                SendTrace(
                    draft: draft.number,
                    date: now,
                    fingerprint: SendTrace.fingerprint(of: draft.text),
                    draftMessage: message
                )
            )
            if traces.count > 20 { traces.removeFirst() }
            step.answer = .mayBegin
            return
        case .sent(let sent, draft.number):
            if let index = traces.firstIndex(where: { $0.draft == draft.number }) { traces[index].message = sent }
            if isAutomatic { exchangeCount += 1 }
            step.records.append(
                .said(SaidMessage(message: sent, author: .secretary, text: draft.text, date: now))
            )
            end(draft, message, as: .sent, notice: nil, step: &step)
        case .notSent(draft.number):
            // Where one was refused, the next ones are for the owner to decide.
            needsOwner = needsOwner || isAutomatic
            traces.removeAll { $0.draft == draft.number && !$0.isEchoed }
            end(draft, message, as: .failed, notice: .notSent(draft.text), step: &step)
        case .sendInDoubt(draft.number):
            guard let index = traces.firstIndex(where: { $0.draft == draft.number }) else {
                end(draft, message, as: .doubtful, notice: .doubtful(draft.text), step: &step)
                break
            }
            if let sent = traces[index].message {
                step.records.append(
                    .said(SaidMessage(message: sent, author: .secretary, text: draft.text, date: now))
                )
                end(draft, message, as: .sent, notice: nil, step: &step)
            } else {
                traces[index].isDoubtful = true
                end(draft, message, as: .doubtful, notice: .doubtful(draft.text), step: &step)
            }
        default: return
        }
        guard hasWaiting else { return }
        // The contact went on writing while the answer was on its way.
        hasWaiting = false
        let mode = mode(byDefault: rules.defaultMode)
        if mode != .off, !isPaused, rules.canReply { collect(since: now, at: now, under: rules) }
    }

    /// Ends the sending of a draft; the owner sees it where the draft was shown, or is told.
    private mutating func end(
        _ draft: LaneDraft,
        _ message: MessageID?,
        as outcome: SentMessage.Outcome,
        notice: LaneNotice?,
        step: inout LaneStep
    ) {
        step.records.append(.settled(draft: draft.number, outcome))
        phase = .idle
        if !hasWaiting { incomingLength = 0 }
        if let message {
            let state: DraftState =
                switch outcome {
                case .failed: .failed
                case .doubtful: .doubtful
                case .sent, .sending: .sent
                }
            mark(message, with: draft, as: state)
        } else if let notice {
            add(.tell(notice))
        }
    }
}
