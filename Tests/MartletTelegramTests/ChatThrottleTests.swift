import MartletConversation
import MartletCore
import MartletTelegram
import Testing

@Suite("The throttle")
struct ChatThrottleTests {
    private let start = ContinuousClock.now

    private func send(_ chat: Int64, _ importance: BotAPICall.Importance, _ method: String = "sendMessage")
        -> BotAPICall
    {
        BotAPICall(method, [:], chat: ChatID(chat), importance: importance)
    }

    @Test(
        "lets a burst through in a private chat, then about one call a second, and keeps a share for what is required"
    )
    func privateChat() {
        var throttle = ChatThrottle(limits: ThrottleLimits())
        #expect(throttle.admit(send(1, .intermediate), now: start) == .go)
        #expect(throttle.admit(send(1, .intermediate), now: start) == .go)
        #expect(throttle.admit(send(1, .intermediate), now: start) == .leaveOut)
        #expect(throttle.admit(send(1, .required), now: start) == .go)
        #expect(throttle.admit(send(1, .required), now: start) == .wait(until: start + .seconds(3)))
        #expect(throttle.admit(send(2, .required), now: start) == .go, "another chat has its own budget")
        #expect(throttle.admit(send(1, .intermediate), now: start + .seconds(1)) == .leaveOut, "somebody waits")
    }

    @Test("makes at most 20 calls in any minute in a group, edits and deletions included, and finals always have room")
    func group() {
        var throttle = ChatThrottle(limits: ThrottleLimits())
        var calls: [ContinuousClock.Instant] = []
        for tenth in 0..<6000 {
            let now = start + .milliseconds(tenth * 100)
            let method = ["editMessageText", "sendMessage", "deleteMessage"][tenth % 3]
            if throttle.admit(send(-5, .intermediate, method), now: now) == .go { calls.append(now) }
            guard tenth % 300 == 0 else { continue }
            switch throttle.admit(send(-5, .required), now: now) {
            case .go: calls.append(now)
            case .wait(let slot): Issue.record("a settled text had to wait for \(slot - now)")
            case .leaveOut: Issue.record("a settled text was left out")
            }
        }
        for (index, call) in calls.enumerated() {
            #expect(calls[index...].prefix { $0 - call <= .seconds(60) }.count <= 20)
        }
        #expect(calls.count > 130)
    }

    @Test("gives waiting calls of a chat places one after the other")
    func order() {
        var throttle = ChatThrottle(limits: ThrottleLimits())
        var last = start
        for _ in 0..<30 {
            switch throttle.admit(send(1, .required), now: start) {
            case .go: break
            case .wait(let slot):
                #expect(slot >= last)
                last = slot
            case .leaveOut: Issue.record("a required call was left out")
            }
        }
        #expect(last == start + .seconds(27))
    }

    @Test("makes at most 30 calls a second over all chats, and a busy chat holds up no other")
    func everywhere() {
        var throttle = ChatThrottle(limits: ThrottleLimits())
        for _ in 0..<20 { _ = throttle.admit(send(1, .required), now: start) }
        var slots: [ContinuousClock.Instant] = []
        for chat in 2...101 {
            #expect(throttle.admit(send(Int64(chat), .required), now: start) == .go)
            switch throttle.admitEverywhere(send(Int64(chat), .required), now: start) {
            case .go: slots.append(start)
            case .wait(let slot): slots.append(slot)
            case .leaveOut: Issue.record("a required call was left out")
            }
        }
        #expect(slots.prefix(30).allSatisfy { $0 == start })
        for (index, slot) in slots.enumerated() {
            #expect(slots[index...].prefix { $0 - slot <= .seconds(1) }.count <= 30)
        }
        #expect((slots.last ?? start) - start < .seconds(4))
        #expect(throttle.admit(send(500, .intermediate), now: start) == .leaveOut, "required calls wait")
        #expect(throttle.admit(send(500, .intermediate, "sendMessageDraft"), now: start) == .leaveOut)
    }

    @Test("is silent in a frozen chat, typing and drafts included, until the time is over")
    func frozen() {
        var throttle = ChatThrottle(limits: ThrottleLimits())
        let end = start + .seconds(7)
        throttle.freeze(ChatID(1), until: end)
        for method in ["sendChatAction", "sendMessageDraft", "sendMessage", "editMessageText"] {
            #expect(throttle.admit(send(1, .intermediate, method), now: start + .seconds(6)) == .leaveOut)
        }
        #expect(throttle.admit(send(1, .required), now: start + .seconds(6)) == .wait(until: end))
        #expect(throttle.admit(send(2, .required), now: start) == .go)
        #expect(throttle.silence(of: ChatID(1), now: start + .seconds(6)) == end)
        throttle.freeze(ChatID(1), until: end - .seconds(3))
        #expect(throttle.silence(of: ChatID(1), now: start + .seconds(6)) == end, "a shorter wait takes nothing back")
        #expect(throttle.silence(of: ChatID(1), now: end) == nil)
        #expect(throttle.admit(send(1, .intermediate, "sendChatAction"), now: end) == .go)
    }

    @Test("forgets quiet chats, so its memory is bounded")
    func bounded() {
        var throttle = ChatThrottle(limits: ThrottleLimits())
        for chat in 1...100_000 {
            _ = throttle.admit(send(Int64(chat), .required), now: start + .milliseconds(chat * 40))
        }
        #expect(throttle.chatCount <= 20_002)
    }
}

@Suite("The pacer")
struct StreamPacerTests {
    @Test("shows the first text when there is enough of it or it has waited, then less and less often")
    func paces() {
        let start = ContinuousClock.now
        var pacer = StreamPacer(pacing: StreamPacing(), isPrivate: true)
        #expect(pacer.due(characterCount: 0, now: start) == nil)
        #expect(pacer.due(characterCount: 5, now: start) == start + .milliseconds(1200))
        #expect(pacer.due(characterCount: 24, now: start) == start)
        var now = start
        var shown = 0
        pacer.noteShown(now: now)
        for _ in 0..<600 {
            now += .milliseconds(100)
            guard let due = pacer.due(characterCount: 100, now: now), due <= now else { continue }
            pacer.noteShown(now: now)
            shown += 1
        }
        #expect((12...30).contains(shown))
    }
}
