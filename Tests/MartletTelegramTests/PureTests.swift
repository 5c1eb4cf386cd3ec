import MartletConversation
import MartletCore
import MartletTelegram
import Testing

@Suite("JSON")
struct JSONTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test(
        "is read and written back the same",
        arguments: [
            "null", "true", "[]", "{}", "-9223372036854775808", "9223372036854775807",
            #"{"a":[1,-2.5,{"b":null}],"c":"x"}"#,
            #""quote \" backslash \\ line \n bell \u0007 🦜 é""#,
        ]
    )
    func roundTrip(text: String) throws {
        let value = try parse(text)
        #expect(try JSONValue(parsing: value.serialized) == value)
        if !text.contains("\\u") { #expect(String(decoding: value.serialized, as: UTF8.self) == text) }
    }

    @Test("keeps what it can of broken text")
    func lenient() throws {
        #expect(try parse(#""\ud83e\udd9c""#) == "🦜")
        #expect(try parse(#""a\ud83eb""#) == "a\u{FFFD}b")
        #expect(try parse(#""\udd9c""#) == "\u{FFFD}")
        #expect(try parse(#""\ud83e\u0041""#) == "\u{FFFD}A")
        #expect(try JSONValue(parsing: [0x22, 0xFF, 0x22]) == "\u{FFFD}")
        #expect(try parse(#"{"a":1,"a":2}"#)["a"]?.integer == 2)
        #expect(try parse("123456789012345678901234567890") == .number(1.2345678901234568e29))
    }

    @Test(
        "is refused where it is none",
        arguments: [
            "", " ", "{", "[1,", "[1 2]", "{\"a\" 1}", "{1:2}", "tru", "\"", "\"\\", "\"\\u12\"", "\"\\q\"", "1 2",
            "+1", "--1", "1e999", "nan", "]",
        ]
    )
    func refuses(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test("is refused when it is nested without end")
    func depth() {
        #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 100_000)) }
        #expect(throws: JSONError.self) { try parse(String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test("never traps on bytes cut off anywhere")
    func truncated() throws {
        let bytes = Array(
            #"{"ok":true,"result":[{"update_id":7,"x":"\ud83e\udd9c\n","y":-1.5e3,"z":[null,false]}]}"#.utf8
        )
        for count in 0..<bytes.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes[..<count]) }
        }
        #expect(try JSONValue(parsing: bytes)["result"]?.array?.first?["x"]?.string == "🦜\n")
    }
}

@Suite("The splitter")
struct MessageSplitterTests {
    @Test("leaves a text that fits as it is")
    func fits() {
        #expect(MessageSplitter.split("") == [])
        #expect(MessageSplitter.split(" \n ") == [])
        #expect(MessageSplitter.split(String(repeating: "x", count: 4096)).map(\.count) == [4096])
        #expect(MessageSplitter.split(String(repeating: "x", count: 4097)).map(\.count) == [4096, 1])
    }

    @Test(
        "cuts at the best border that is near enough",
        arguments: [
            ("aaaa bbb\n\ncc. dd ee ff", ["aaaa bbb", "cc. dd ee ff"]),
            ("aaaa bbb\ncc. dd ee ff", ["aaaa bbb", "cc. dd ee ff"]),
            ("aaaa bbb ccc. dd ee ff", ["aaaa bbb ccc.", "dd ee ff"]),
            ("aaaa bbb ccc dd ee ff", ["aaaa bbb ccc dd", "ee ff"]),
            ("a\n\nbbbbbbbbbbbbbbbbbbbbbb", ["a\n\nbbbbbbbbbbbbb", "bbbbbbbbb"]),
        ]
    )
    func borders(text: String, parts: [String]) {
        #expect(MessageSplitter.split(text, limit: 16) == parts)
    }

    @Test("never breaks a character apart, and measures in UTF-16")
    func characters() {
        let parrots = String(repeating: "🦜", count: 5)
        #expect(MessageSplitter.split(parrots, limit: 5) == ["🦜🦜", "🦜🦜", "🦜"])
        let family = "👨‍👩‍👧‍👦"
        #expect(MessageSplitter.split(family + family, limit: 12) == [family, family])
        let stacked = "e" + String(repeating: "\u{301}", count: 20)
        let parts = MessageSplitter.split(stacked, limit: 8)
        #expect(parts.allSatisfy { $0.utf16.count <= 8 })
        #expect(parts.joined().unicodeScalars.elementsEqual(stacked.unicodeScalars))
    }

    @Test("loses nothing but white space at cuts, for many texts and limits")
    func property() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = ["a", "b", " ", "\n", ". ", "\n\n", "🦜", "e\u{301}", "👨‍👩‍👧", "ж"]
        for _ in 0..<300 {
            let text = (0..<Int.random(in: 0...120, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? ""
            }.joined()
            let limit = Int.random(in: 2...40, using: &generator)
            let parts = MessageSplitter.split(text, limit: limit)
            #expect(parts.allSatisfy { !$0.isEmpty && $0.utf16.count <= limit }, "\(text.debugDescription) \(limit)")
            let kept = parts.joined().unicodeScalars.filter { !$0.properties.isWhitespace }
            #expect(kept.elementsEqual(text.unicodeScalars.filter { !$0.properties.isWhitespace }))
        }
    }

    @Test("keeps earlier parts as they are while the text grows")
    func stable() {
        let text = (0..<200).map { "word\($0)" }.joined(separator: " ")
        var before: [String] = []
        var grown = ""
        for character in text {
            grown.append(character)
            let parts = MessageSplitter.split(grown, limit: 64)
            if before.count > 1 { #expect(Array(parts.prefix(before.count - 1)) == Array(before.dropLast())) }
            before = parts
        }
        #expect(before.count > 10)
    }
}

@Suite("A bot token")
struct BotTokenTests {
    @Test("is read as BotFather gives it, and shows nothing of its secret")
    func reads() throws {
        let token = try #require(BotToken(" 123456:AAH-secret_part\n"))
        #expect(token.bot == BotID(123456))
        for text in ["\(token)", String(reflecting: token), "\(Mirror(reflecting: token).children.map { "\($0)" })"] {
            #expect(!text.contains("AAH"), "\(text)")
        }
    }

    @Test(
        "is refused when it is none",
        arguments: [
            "", ":", "123", "abc:def-ghi", "123:", "0:abcdef", "1:with space", "1:slash/../x", "-5:abcdef", "1:ключ",
        ]
    )
    func refuses(text: String) {
        #expect(BotToken(text) == nil)
    }
}
