import MartletConversation
import MartletCore
import MartletTelegram
import Testing

@Suite("What the bot is in a group")
struct BotRightsTests {
    private struct Answering: BotAPICalling {
        let answer: JSONValue
        func call(_ call: BotAPICall) async throws -> JSONValue { answer }
    }

    @Test(
        "is read from the platform's words",
        arguments: [
            (["status": "administrator"], .administrator), (["status": "creator"], .administrator),
            (["status": "member"], .member), (["status": "left"], .absent), (["status": "kicked"], .absent),
            (["status": "restricted", "is_member": true, "can_send_messages": false], .muted),
            (["status": "restricted", "is_member": true, "can_send_messages": true], .member),
            (["status": "restricted", "is_member": false], .absent), ([:], .absent), (.null, .absent),
        ] as [(JSONValue, BotRights)]
    )
    func rights(member: JSONValue, expected: BotRights) async throws {
        #expect(try await Answering(answer: member).rights(of: ReaderBench.bot, in: ChatID(-5)) == expected)
    }
}
