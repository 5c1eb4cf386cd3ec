import MartletCore
import MartletSimulator
import Testing

@Suite("A text that a bot sends")
struct TextTests {
    private func shown(_ text: String, _ mode: String) async throws -> String {
        let simulation = try Simulation()
        let refusal = await simulation.send(text, ["parse_mode": .string(mode)])
        guard refusal == "ok", let message = simulation.simulator.messages(in: 11).first else { return refusal }
        let entities = message.entities.map { entity in
            let extra = entity["language"]?.string ?? entity["url"]?.string
            return
                "\(entity["type"]?.string ?? "") \(entity["offset"]?.integer ?? -1)+\(entity["length"]?.integer ?? -1)"
                + (extra.map { " \($0)" } ?? "")
        }
        return ([message.text] + entities).joined(separator: " | ")
    }

    @Test(
        "is read as HTML",
        arguments: [
            ("a <b>b</b> c", "a b c | bold 2+1"), ("<b>a<i>b</i></b>", "ab | bold 0+2 | italic 1+1"),
            ("1 &lt; 2 &amp; &#128512; &unknown;", "1 < 2 & 😀 &unknown;"),
            ("<code>x</code>🦜<u>y</u>", "x🦜y | code 0+1 | underline 3+1"),
            ("<pre><code class=\"language-swift\">let x</code></pre>", "let x | pre 0+5 swift"),
            ("<a href=\"https://example.com/\">x</a>", "x | text_link 0+1 https://example.com/"),
            (
                "<tg-spoiler>s</tg-spoiler> <blockquote expandable>q</blockquote>",
                "s q | spoiler 0+1 | expandable_blockquote 2+1"
            ),
            ("<b>a", "400 Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\""),
            ("a</b>", "400 Bad Request: can't parse entities: Unexpected end tag at byte offset 1"),
            ("<x>a</x>", "400 Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0"),
            (
                "<b>a</i>",
                "400 Bad Request: can't parse entities: Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""
            ), ("a < b", "400 Bad Request: can't parse entities: Unclosed start tag at byte offset 2"),
        ]
    )
    func html(source: String, expected: String) async throws {
        #expect(try await shown(source, "HTML") == expected)
    }

    @Test(
        "is read as MarkdownV2",
        arguments: [
            (
                "a *b* _c_ __d__ ~e~ ||f||",
                "a b c d e f | bold 2+1 | italic 4+1 | underline 6+1 | strikethrough 8+1 | spoiler 10+1"
            ),
            ("`a*b` 1\\.", "a*b 1. | code 0+3"), ("```swift\nlet x```", "let x | pre 0+5 swift"),
            ("[x](https://example.com/a\\)b)", "x | text_link 0+1 https://example.com/a)b"),
            (">q\n>r\ns", "q\nr\ns | blockquote 0+4"),
            ("*a", "400 Bad Request: can't parse entities: Can't find end of Bold entity at byte offset 0"),
            (
                "1.",
                "400 Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'"
            ),
        ]
    )
    func markdown(source: String, expected: String) async throws {
        #expect(try await shown(source, "MarkdownV2") == expected)
    }

    @Test(
        "is read as the older Markdown",
        arguments: [
            (
                "*a* _b_ `c` [d](https://example.com)",
                "a b c d | bold 0+1 | italic 2+1 | code 4+1 | text_link 6+1 https://example.com"
            ),
            ("a_b", "400 Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 1"),
        ]
    )
    func legacy(source: String, expected: String) async throws {
        #expect(try await shown(source, "Markdown") == expected)
    }

    @Test(
        "has what messengers mark by themselves",
        arguments: [
            ("/start@martlet_test_bot now", "bot_command 0+23"), ("see https://example.com.", "url 4+19"),
            ("hi @ada, #tag", "mention 3+4"),
            ("/usr/bin", "none"), ("a@example.com", "email 0+13"),
        ]
    )
    func automatic(text: String, first: String) async throws {
        let simulation = try Simulation()
        await simulation.call("sendMessage", ["chat_id": 11, "text": .string(text)])
        let entity = simulation.simulator.messages(in: 11).first?.entities.first
        let found = entity.map {
            "\($0["type"]?.string ?? "") \($0["offset"]?.integer ?? 0)+\($0["length"]?.integer ?? 0)"
        }
        #expect(found ?? "none" == first)
    }

    @Test(
        "is refused with entities out of range, and stripped of nesting that is not allowed",
        arguments: [
            (#"[{"type":"bold","offset":0,"length":2}]"#, "🦜b", "ok"),
            (
                #"[{"type":"bold","offset":0,"length":1}]"#, "🦜b",
                "400 Bad Request: entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 1"
            ),
            (
                #"[{"type":"bold","offset":1,"length":2}]"#, "🦜b",
                "400 Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset 1"
            ),
            (
                #"[{"type":"bold","offset":3,"length":1}]"#, "🦜b",
                "400 Bad Request: entity begins after the end of the text at UTF-16 offset 3"
            ),
            (
                #"[{"type":"bold","offset":2,"length":9}]"#, "🦜b",
                "400 Bad Request: entity beginning at UTF-16 offset 2 ends after the end of the text at UTF-16 offset 11"
            ),
            (
                #"[{"type":"bold","offset":-1,"length":9}]"#, "ab",
                "400 Bad Request: receive an entity with incorrect offset -1"
            ),
            (#"{"type":"bold"}"#, "ab", "400 Bad Request: can't parse entities JSON object"),
        ]
    )
    func ranges(entities: String, text: String, expected: String) async throws {
        let simulation = try Simulation()
        #expect(await simulation.send(text, ["entities": .string(entities)]) == expected)
    }

    @Test("loses bold inside of code, and keeps code inside of a quotation")
    func nesting() async throws {
        let simulation = try Simulation()
        let entities: JSONValue = [
            ["type": "code", "offset": 0, "length": 4], ["type": "bold", "offset": 1, "length": 2],
            ["type": "blockquote", "offset": 5, "length": 4], ["type": "code", "offset": 5, "length": 2],
        ]
        #expect(await simulation.send("code quot", ["entities": entities]) == "ok")
        let kept = simulation.simulator.messages(in: 11)[0].entities.compactMap { $0["type"]?.string }
        #expect(kept == ["code", "blockquote", "code"])
    }

    @Test("is at most 4096 UTF-16 units long after its markup is read, and never empty")
    func length() async throws {
        let simulation = try Simulation()
        #expect(
            await simulation.send("<b>" + String(repeating: "🦜", count: 2048) + "</b>", ["parse_mode": "HTML"]) == "ok"
        )
        #expect(await simulation.send(String(repeating: "a", count: 4097)) == "400 Bad Request: message is too long")
        #expect(await simulation.send(" \n ") == "400 Bad Request: message text is empty")
        #expect(await simulation.send("<b> </b>", ["parse_mode": "HTML"]) == "400 Bad Request: message text is empty")
    }
}
