package import MartletConversation

/// Decides which calls show a reply, and when: instants and outcomes go in, calls come out.
///
/// A reply climbs down the ladder drafts, edits, final text only, and never up again. While it grows, one call at a time is under way,
/// so no draft is in flight when the settled text is sent, and none is sent after it. Texts on the way are shown by the latest
/// alone and are never queued.
package struct ReplyTransport: Sendable {
    /// How a growing reply is shown.
    package enum Rung: Int, Sendable, Hashable, Comparable {
        /// Only when it is settled.
        case finalOnly
        /// As a message that changes.
        case edits
        /// As a draft of the platform's own, in private chats.
        case drafts

        package static func < (left: Rung, right: Rung) -> Bool { left.rawValue < right.rawValue }
    }

    /// What is to be called.
    package enum Call: Sendable, Hashable {
        case draft(MessageContent, part: Int)
        case send(MessageContent, part: Int, isFinal: Bool)
        /// A settled message that only the one who asked is to see.
        case whisper(MessageContent, part: Int)
        /// A settled message to the asker's private chat, because the group may not see it.
        case aside(MessageContent, part: Int)
        /// What the group hears of an answer that it may not see.
        case hint(MessageContent)
        case edit(MessageID, MessageContent, part: Int, isFinal: Bool)
        case delete(MessageID)
    }

    /// What is to be done now.
    package enum Step: Sendable, Hashable {
        case call(Call)
        /// Nothing until a newer part or the instant.
        case wait(until: ContinuousClock.Instant?)
        case end(EventOutcome)
    }

    /// How an answer is kept from the group where its question was for the bot's eyes only.
    package struct Discretion: Sendable, Hashable {
        /// What the group knows the asker by.
        var name: String
        /// Whether the asker may be written to in private, when the platform refuses to show it to that person alone.
        var allowsPrivateChat: Bool
        /// Whether the group has heard where the answer is.
        var isHinted = false
    }

    /// One message of the reply.
    struct Shown: Sendable {
        var id: MessageID
        /// What it shows; nil for a message of an earlier process.
        var content: MessageContent?
    }

    let composer: ReplyComposer
    let pacing: StreamPacing
    let isPrivate: Bool
    /// The rung it stands on.
    package internal(set) var rung: Rung
    /// Whether the chat's drafts were refused, so that other replies need not try.
    package internal(set) var isDraftRefused = false
    /// Until when nothing but settled texts should be shown in the chat, as the platform asked.
    package internal(set) var silentUntil: ContinuousClock.Instant?
    /// When something visible changed last.
    package internal(set) var changedAt: ContinuousClock.Instant?
    /// Whether the settled text is being shown.
    package var isSettled: Bool { settled != nil }

    /// Whether the chat lets the bot keep something from the others there.
    package internal(set) var canWhisper: Bool
    /// How the answer is kept from others; nil where they saw the question.
    var discretion: Discretion?
    /// Whether the platform has refused to.
    package internal(set) var isWhisperRefused = false
    var isRich: Bool
    var shown: [Shown]
    /// Messages of an earlier answer or process whose places are taken by new ones.
    var abandoned: [MessageID] = []
    var pacer: StreamPacer
    var draft: (content: MessageContent, part: Int)?
    var callAt: ContinuousClock.Instant?
    var outcome: EventOutcome?
    /// How many messages have their lasting text while the reply grows.
    var frozenCount = 0
    /// The message that gets its lasting text by the call under way.
    var lasting: Int?
    /// Whether texts on the way go without entities, because the server refused them.
    var isPlain = false

    /// The latest of the growing reply.
    enum Growth: Sendable {
        case thinking(String, since: ContinuousClock.Instant)
        case text(String)
    }
    var growth: Growth?
    var settled: FinalReply?
    /// What the server refused about each settled message so far.
    var refusals: [Int: Refusal] = [:]

    /// What a settled message has to do without.
    enum Refusal: Int, Sendable {
        case entities = 1
        case buttons = 2
    }

    /// Starts a reply.
    /// - Parameters:
    ///   - rung: The highest rung that the chat allows.
    ///   - messages: Messages of an earlier process, by part; a reply that has some is shown by edits.
    ///   - isRich: Whether rich messages are wanted.
    package init(
        composer: ReplyComposer,
        pacing: StreamPacing,
        isPrivate: Bool,
        rung: Rung,
        resuming messages: [MessageID] = [],
        isRich: Bool = false,
        canWhisper: Bool = false,
        discretion: Discretion? = nil
    ) {
        self.composer = composer
        self.pacing = pacing
        self.isPrivate = isPrivate
        self.isRich = isRich
        self.canWhisper = canWhisper
        self.discretion = discretion
        self.rung = messages.isEmpty ? rung : min(rung, .edits)
        shown = messages.map { Shown(id: $0) }
        pacer = StreamPacer(pacing: pacing, isPrivate: isPrivate)
    }

    /// Takes the reply's latest step.
    package mutating func update(_ part: ReplyPart, now: ContinuousClock.Instant) {
        switch part {
        case .thinking(let thoughts):
            if case .thinking(_, let since) = growth {
                growth = .thinking(thoughts, since: since)
            } else if growth == nil {
                growth = .thinking(thoughts, since: now)
            }
        case .text(let text): growth = .text(text)
        case .final(let reply): settled = reply
        }
    }

    /// What is to be done now.
    package mutating func next(now: ContinuousClock.Instant) -> Step {
        if let outcome { return .end(outcome) }
        if let settled { return nextSettled(settled) }
        guard rung > .finalOnly else { return .wait(until: nil) }
        switch growth {
        case nil: return .wait(until: nil)
        case .thinking(let thoughts, let since): return nextThinking(thoughts, since: since, now: now)
        case .text(let text): return nextText(text, now: now)
        }
    }

    // MARK: Growing

    private mutating func nextThinking(
        _ thoughts: String,
        since: ContinuousClock.Instant,
        now: ContinuousClock.Instant
    ) -> Step {
        let first = since + pacing.thinkingDelay
        guard now >= first else { return .wait(until: first) }
        let interval = isPrivate ? pacing.privatePhraseInterval : pacing.groupPhraseInterval
        let number = interval > .zero ? Int((now - first) / interval) : 0
        let change = first + interval * (number + 1)
        let phrase = composer.phrase(number)
        let content = MessageContent(
            phrase,
            rich: isRich && rung == .drafts ? .thinking(String(thoughts.suffix(2000))) : nil
        )
        let step = show([content], now: now)
        guard case .wait(let until) = step else { return step }
        return .wait(until: min(until ?? change, change))
    }

    private mutating func nextText(_ text: String, now: ContinuousClock.Instant) -> Step {
        // The length that counts is that of something to see; white space alone is nothing.
        let length = text.utf8.contains { $0 > 32 } ? text.utf8.count : 0
        // A text is rendered only when it can be shown.
        var ready = callAt.map { $0 + (rung == .drafts ? pacing.draftInterval : editInterval) } ?? now
        if rung == .edits || callAt == nil {
            guard let due = pacer.due(characterCount: length, now: now) else { return .wait(until: nil) }
            ready = max(ready, due)
        }
        guard now >= ready else { return .wait(until: ready) }
        var parts = composer.growing(text).map { MessageContent(isPlain ? $0.withoutEntities : $0) }
        if isRich, rung == .drafts, parts.count == 1 { parts[0].rich = .markdown(text) }
        return show(parts, now: now)
    }

    /// Shows the parts of a growing reply by one call, the first that is needed.
    private mutating func show(_ parts: [MessageContent], now: ContinuousClock.Instant) -> Step {
        guard !parts.isEmpty else { return .wait(until: nil) }
        if rung == .drafts { return showDraft(parts, now: now) }
        if let callAt, now < callAt + editInterval { return .wait(until: callAt + editInterval) }
        for index in parts.indices.dropFirst(min(frozenCount, parts.count)) {
            var content = parts[index]
            let isLast = index == parts.count - 1
            content.keyboard = isLast ? composer.stopKeyboard : nil
            lasting = isLast ? nil : index
            guard index < shown.count else { return .call(.send(content, part: index, isFinal: false)) }
            guard shown[index].content == content else {
                return .call(.edit(shown[index].id, content, part: index, isFinal: false))
            }
            if !isLast { frozenCount = index + 1 }
        }
        return .wait(until: nil)
    }

    private var editInterval: Duration { isPrivate ? pacing.privateInterval : pacing.groupInterval }

    private mutating func showDraft(_ parts: [MessageContent], now: ContinuousClock.Instant) -> Step {
        if let callAt, now < callAt + pacing.draftInterval { return .wait(until: callAt + pacing.draftInterval) }
        // What is full becomes a message, and the draft goes on with the rest.
        if shown.count < parts.count - 1 {
            lasting = shown.count
            return .call(.send(parts[shown.count], part: shown.count, isFinal: false))
        }
        let content = parts[parts.count - 1]
        let part = parts.count - 1
        guard part >= shown.count else { return .wait(until: nil) }
        if let draft, draft.content == content, draft.part == part, let callAt {
            let renewal = callAt + pacing.draftLifetime
            return now >= renewal ? .call(.draft(content, part: part)) : .wait(until: renewal)
        }
        return .call(.draft(content, part: part))
    }

    // MARK: Settled

    private mutating func nextSettled(_ reply: FinalReply) -> Step {
        let parts = composer.settled(reply, isRich: isRich)
        let isHidden = discretion != nil && !canWhisper
        for (index, part) in parts.enumerated() {
            var content = part
            if let refusal = refusals[index] {
                content.text = content.text.withoutEntities
                if refusal == .buttons { content.keyboard = nil }
            }
            guard index < shown.count else {
                if isHidden {
                    guard discretion?.allowsPrivateChat == true else { break }
                    return .call(.aside(content, part: index))
                }
                let isWhispered = canWhisper && (reply.audience == .asker || discretion != nil)
                return .call(
                    isWhispered ? .whisper(content, part: index) : .send(content, part: index, isFinal: true)
                )
            }
            guard shown[index].content == content else {
                return .call(.edit(shown[index].id, content, part: index, isFinal: true))
            }
        }
        if isHidden, let discretion, !discretion.isHinted {
            let hint = composer.hint(to: discretion.name, isAnswered: discretion.allowsPrivateChat)
            return .call(.hint(MessageContent(hint)))
        }
        if isHidden, shown.count < parts.count {
            outcome = .undeliverable
            return .end(.undeliverable)
        }
        if let message = abandoned.last { return .call(.delete(message)) }
        // An earlier process may have got further with a longer answer.
        if shown.count > parts.count { return .call(.delete(shown[shown.count - 1].id)) }
        outcome = .answered
        return .end(.answered)
    }
}
