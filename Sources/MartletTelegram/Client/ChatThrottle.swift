package import MartletConversation

/// Decides when a call may be made.
///
/// A required call is given a place in its chat's line when it comes, and one in the line of all chats when its chat's turn has come:
/// so a chat's calls keep their order, a busy chat does not hold others up, and whoever is ready first goes first. A call that
/// may be left out goes only where room is left beyond what is kept for the required ones. A value without clocks: the caller
/// brings the time.
package struct ChatThrottle: Sendable {
    /// What to do with a call.
    package enum Decision: Sendable, Hashable {
        case go
        /// Its place is taken, and it goes then.
        case wait(until: ContinuousClock.Instant)
        case leaveOut
    }

    /// The calls of one line within its window, by when they go; the last ones may be to come.
    private struct Line: Sendable {
        var calls: [ContinuousClock.Instant] = []
        var frozenUntil: ContinuousClock.Instant?

        /// When one more call may go.
        mutating func next(_ bucket: ThrottleLimits.Bucket, now: ContinuousClock.Instant) -> ContinuousClock.Instant {
            let expired = calls.prefix { $0 + bucket.window <= now }.count
            calls.removeFirst(expired)
            let capacity = Int(bucket.capacity)
            var slot = max(now, calls.last ?? now)
            if calls.count >= capacity { slot = max(slot, calls[calls.count - capacity] + bucket.window) }
            if let frozenUntil { slot = max(slot, frozenUntil) }
            return slot
        }

        /// Whether a call that may be left out has room.
        mutating func hasRoom(_ bucket: ThrottleLimits.Bucket, now: ContinuousClock.Instant) -> Bool {
            next(bucket, now: now) <= now && Double(calls.count) + 1 + bucket.reserve <= bucket.capacity
        }

        func isQuiet(_ bucket: ThrottleLimits.Bucket, now: ContinuousClock.Instant) -> Bool {
            (frozenUntil ?? now) <= now && (calls.last.map { $0 + bucket.window <= now } ?? true)
        }
    }

    private let limits: ThrottleLimits
    private var chats: [ChatID: Line] = [:]
    private var everywhere = Line()
    private var chatCountToPrune = minimumChatCountToPrune

    private static let minimumChatCountToPrune = 10_000

    /// How many chats are remembered.
    package var chatCount: Int { chats.count }

    /// Makes a throttle that has seen no calls.
    package init(limits: ThrottleLimits) {
        self.limits = limits
    }

    /// Takes a place in the chat's line, or leaves the call out.
    package mutating func admit(_ call: BotAPICall, now: ContinuousClock.Instant) -> Decision {
        guard let chat = call.chat else { return .go }
        let isOptional = call.importance == .intermediate
        let isFrozen = chats[chat].flatMap(\.frozenUntil).map { now < $0 } ?? false
        switch call.weight {
        case .nothing, .draft:
            if isFrozen { return isOptional ? .leaveOut : .wait(until: chats[chat]?.frozenUntil ?? now) }
            guard call.weight == .draft, isOptional else { return .go }
            return everywhere.hasRoom(limits.everywhere, now: now) ? .go : .leaveOut
        case .message: break
        }
        let bucket = bucket(of: chat)
        var line = chats[chat] ?? Line()
        if !isFrozen { line.frozenUntil = nil }
        defer {
            chats[chat] = line
            forgetQuietChats(now: now)
        }
        if isOptional {
            guard line.hasRoom(bucket, now: now), everywhere.hasRoom(limits.everywhere, now: now) else {
                return .leaveOut
            }
        }
        let slot = line.next(bucket, now: now)
        line.calls.append(slot)
        return slot <= now ? .go : .wait(until: slot)
    }

    /// Takes a place in the line of all chats, when the chat's own turn has come.
    package mutating func admitEverywhere(_ call: BotAPICall, now: ContinuousClock.Instant) -> Decision {
        guard call.weight != .nothing, call.chat != nil else { return .go }
        let slot = everywhere.next(limits.everywhere, now: now)
        everywhere.calls.append(slot)
        return slot <= now ? .go : .wait(until: slot)
    }

    /// Until when the chat has to be silent.
    package func silence(of chat: ChatID?, now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        chat.flatMap { chats[$0]?.frozenUntil }.flatMap { $0 > now ? $0 : nil }
    }

    /// Notes that the server asks for silence in a chat.
    package mutating func freeze(_ chat: ChatID, until end: ContinuousClock.Instant) {
        let known = chats[chat]?.frozenUntil
        chats[chat, default: Line()].frozenUntil = max(known ?? end, end)
    }

    private func bucket(of chat: ChatID) -> ThrottleLimits.Bucket {
        chat.rawValue < 0 ? limits.group : limits.privateChat
    }

    /// Forgets chats with nothing in their lines when there are many; they are as good as unknown ones.
    /// - Complexity: O(1) amortised: the next time is when there are twice as many as stayed.
    private mutating func forgetQuietChats(now: ContinuousClock.Instant) {
        guard chats.count > chatCountToPrune else { return }
        let limits = limits
        chats = chats.filter { chat, line in
            !line.isQuiet(chat.rawValue < 0 ? limits.group : limits.privateChat, now: now)
        }
        chatCountToPrune = max(Self.minimumChatCountToPrune, chats.count * 2)
    }
}
