package import MartletConversation

extension ReplyTransport {
    /// Above this, a wait that the server asks for ends the showing of texts on the way.
    private static let longestPatience: Duration = .seconds(30)

    /// Notes that a call had its effect.
    /// - Parameter message: The new message, where one was sent.
    package mutating func succeeded(_ call: Call, message: MessageID? = nil, now: ContinuousClock.Instant) {
        switch call {
        case .draft(let content, let part):
            draft = (content, part)
            note(now)
        case .send(let content, let part, let isFinal):
            if let message { shown.append(Shown(id: message, content: content)) }
            noteShown(part, isFinal: isFinal, now: now)
        case .whisper(let content, let part), .aside(let content, let part):
            shown.append(Shown(id: message ?? MessageID(0), content: content))
            noteShown(part, isFinal: true, now: now)
        case .edit(_, let content, let part, let isFinal):
            shown[part].content = content
            noteShown(part, isFinal: isFinal, now: now)
        case .hint: discretion?.isHinted = true
        case .delete(let message): forget(message)
        }
    }

    private mutating func forget(_ message: MessageID) {
        if abandoned.last == message { abandoned.removeLast() } else { shown.removeLast() }
    }

    /// Gives up a message that an earlier answer or process showed and that is gone, so that its part is sent anew, and later ones
    /// behind it.
    /// - Returns: False for a message of this very answer: somebody has deleted it, and wants no more.
    private mutating func giveUp(_ call: Call) -> Bool {
        guard case .edit(_, _, let part, _) = call, part < shown.count, shown[part].content == nil else { return false }
        abandoned += shown[(part + 1)...].map(\.id)
        shown.removeSubrange(part...)
        frozenCount = min(frozenCount, part)
        return true
    }

    /// Notes that a call failed.
    /// - Throws: The failure, where it is not the reply's.
    package mutating func failed(_ call: Call, _ error: TelegramError, now: ContinuousClock.Instant) throws {
        switch call {
        case .draft: draftFailed(error, now: now)
        case .whisper(let content, let part):
            switch error.code {
            // Entities may be what it does not like, as in any message; whatever else it is, everybody may see it then, or, where
            // they did not see the question either, the asker in private.
            case .badRequest where !content.text.entities.isEmpty && refusals[part] == nil: refusals[part] = .entities
            case .badRequest, .forbidden, .unauthorized:
                canWhisper = false
                isWhisperRefused = true
            default: try settledFailed(call, content, part: part, error)
            }
        case .aside(let content, let part):
            switch error.code {
            case .badRequest where content.rich != nil, .unauthorized where content.rich != nil: isRich = false
            case .badRequest where !content.text.entities.isEmpty: refusals[part] = .entities
            // Most often the person has never written to the bot there.
            case .badRequest, .forbidden, .chatNotFound: discretion?.allowsPrivateChat = false
            default: throw error
            }
        // The answer is where it should be; to try all of it again for the hint would show it twice.
        case .hint: discretion?.isHinted = true
        case .send(let content, let part, isFinal: true), .edit(_, let content, let part, isFinal: true):
            try settledFailed(call, content, part: part, error)
        case .send(let content, _, isFinal: false), .edit(_, let content, _, isFinal: false):
            try growingFailed(call, content, error, now: now)
        // A message too many is better than an answer that never ends.
        case .delete(let message): forget(message)
        }
    }

    private mutating func note(_ now: ContinuousClock.Instant) {
        callAt = now
        changedAt = now
    }

    private mutating func noteShown(_ part: Int, isFinal: Bool, now: ContinuousClock.Instant) {
        note(now)
        guard !isFinal else { return }
        pacer.noteShown(now: now)
        if lasting == part { frozenCount = max(frozenCount, part + 1) }
        draft = nil
    }

    /// Whatever is wrong with drafts, edits may do.
    private mutating func draftFailed(_ error: TelegramError, now: ContinuousClock.Instant) {
        callAt = now
        switch error.code {
        case .leftOut: return
        case .serverError, .network, .malformedResponse: break
        case .tooManyRequests: obey(error, now: now)
        case _ where isRich:
            isRich = false
            return
        default: isDraftRefused = true
        }
        rung = min(rung, .edits)
    }

    private mutating func growingFailed(
        _ call: Call,
        _ content: MessageContent,
        _ error: TelegramError,
        now: ContinuousClock.Instant
    ) throws {
        callAt = now
        pacer.noteShown(now: now)
        switch error.code {
        case .leftOut: break
        case .tooManyRequests: obey(error, now: now)
        case .serverError, .network, .malformedResponse:
            // A new message may be there although the answer was lost: another try could show it twice, so the next one is
            // the settled text.
            if case .send = call, !error.hadNoEffect { rung = .finalOnly }
        case .messageNotFound: if !giveUp(call) { outcome = .stopped }
        case .forbidden, .chatNotFound, .migrated: outcome = .undeliverable
        case .badRequest where !isPlain && !content.text.entities.isEmpty: isPlain = true
        case .badRequest: rung = .finalOnly
        default: throw error
        }
    }

    /// Climbs down to what the server takes, so that an answer is never lost for its looks.
    private mutating func settledFailed(
        _ call: Call,
        _ content: MessageContent,
        part: Int,
        _ error: TelegramError
    ) throws {
        switch error.code {
        // An unknown method is answered like an unknown token.
        case .badRequest where content.rich != nil, .unauthorized where content.rich != nil: isRich = false
        case .badRequest where !content.text.entities.isEmpty: refusals[part] = .entities
        case .badRequest where content.keyboard != nil: refusals[part] = .buttons
        case .messageNotFound: if !giveUp(call) { outcome = .stopped }
        case .badRequest, .forbidden, .chatNotFound, .migrated: outcome = .undeliverable
        default: throw error
        }
    }

    private mutating func obey(_ error: TelegramError, now: ContinuousClock.Instant) {
        guard let wait = error.retryAfter, wait > Self.longestPatience else { return }
        rung = .finalOnly
        silentUntil = now + wait
    }
}
