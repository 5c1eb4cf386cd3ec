import MartletConversation
import MartletTelegram
import Testing

@Suite("A button's data")
struct ButtonCodecTests {
    private let bot = BotID(7_000_001)

    private func codec(_ token: String = "7000001:secret-letters") throws -> ButtonCodec {
        ButtonCodec(token: try #require(BotToken(token)))
    }

    @Test("comes back as what the button does, in at most 64 bytes")
    func roundTrip() throws {
        let codec = try codec()
        let choice = String(repeating: "ж", count: 12)
        for action in [ReplyAction.stop, .regenerate, .proceed, .choose(""), .choose("ok:7"), .choose(choice)] {
            for update in [0, 1, 1_000_000_007, Int64(1) << 40] {
                for owner in [nil, UserID(1), UserID(1 << 52 - 1)] {
                    let question = EventID(bot: bot, update: update)
                    let data = try #require(codec.encode(action, question: question, owner: owner))
                    #expect((1...64).contains(data.utf8.count))
                    let press = codec.decode(data, query: "q")
                    #expect(press == ButtonPress(query: "q", action: action, question: question, owner: owner))
                }
            }
        }
    }

    @Test("means nothing when a letter was changed, added or taken away")
    func forged() throws {
        let codec = try codec()
        let question = EventID(bot: bot, update: 123_456)
        let data = try #require(codec.encode(.choose("yes"), question: question, owner: UserID(11)))
        let letters = Array("ABCXYZabcxyz019-_=+/ \u{0}ж")
        for index in data.indices {
            for letter in letters where letter != data[index] {
                var forged = data
                forged.replaceSubrange(index...index, with: String(letter))
                #expect(codec.decode(forged, query: "q") == nil, "\(forged)")
            }
            #expect(codec.decode(String(data[..<index]), query: "q") == nil)
        }
        for extra in letters { #expect(codec.decode(data + String(extra), query: "q") == nil) }
        for text in [
            "", "stop", "v1:stop", String(repeating: "A", count: 64), String(repeating: "A", count: 5000), "🦜",
        ] {
            #expect(codec.decode(text, query: "q") == nil)
        }
    }

    @Test("means nothing to another bot, or after the token was changed")
    func otherBots() throws {
        let question = EventID(bot: bot, update: 5)
        let data = try #require(try codec().encode(.stop, question: question, owner: nil))
        #expect(try codec("7000002:secret-letters").decode(data, query: "q") == nil)
        #expect(try codec("7000001:other-letters").decode(data, query: "q") == nil)
    }

    @Test("is not made for what does not fit or is another bot's")
    func refused() throws {
        let codec = try codec()
        #expect(
            codec.encode(.choose(String(repeating: "x", count: 25)), question: EventID(bot: bot, update: 1), owner: nil)
                == nil
        )
        #expect(codec.encode(.stop, question: EventID(bot: BotID(5), update: 1), owner: nil) == nil)
        #expect(codec.encode(.stop, question: EventID(bot: bot, update: -1), owner: nil) == nil)
        #expect(codec.encode(.stop, question: EventID(bot: bot, update: 1), owner: UserID(-1)) == nil)
        let long = codec.encode(
            .choose(String(repeating: "x", count: 24)),
            question: EventID(bot: bot, update: .max),
            owner: UserID(.max)
        )
        #expect(long == nil)
    }
}
