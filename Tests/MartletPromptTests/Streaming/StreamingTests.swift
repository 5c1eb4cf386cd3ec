import MartletCore
import MartletPrompt
import Testing

/// A generator whose draws are the same every time (SplitMix64).
struct RepeatableGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

@Suite("Streaming decode")
struct TokenStreamDecoderTests {
    /// Bytes that begin, continue, break and end characters.
    private let bytes: [UInt8] = [
        0x41, 0x80, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE2, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF,
    ]

    @Test("every short sequence of awkward bytes, one at a time, reads as at once")
    func exhaustive() {
        func check(_ sequence: [UInt8]) {
            var decoder = UTF8StreamDecoder()
            var text = ""
            for byte in sequence { text += decoder.append([byte]) }
            text += decoder.finish()
            if text != String(decoding: sequence, as: UTF8.self) { Issue.record("\(sequence)") }
        }
        for first in bytes {
            for second in bytes {
                check([first, second])
                for third in bytes {
                    check([first, second, third])
                    for fourth in bytes where first >= 0xE0 { check([first, second, third, fourth]) }
                }
            }
        }
    }

    @Test("any cut of any bytes reads as at once, and only beginnings of characters wait")
    func randomCuts() {
        var generator = RepeatableGenerator(state: 7)
        for _ in 0..<1000 {
            let sequence = (0..<24).map { _ in bytes.randomElement(using: &generator) ?? 0 }
            var decoder = UTF8StreamDecoder()
            var text = ""
            var rest = sequence[...]
            while !rest.isEmpty {
                let part = rest.prefix(Int.random(in: 1...5, using: &generator))
                text += decoder.append(part)
                rest = rest.dropFirst(part.count)
                var copy = decoder
                if copy.finish().unicodeScalars.count > 1 { Issue.record("\(sequence)") }
            }
            #expect(text + decoder.finish() == String(decoding: sequence, as: UTF8.self))
        }
    }

    @Test("tokens that cut a character give it whole, with the last of them")
    func cutCharacter() throws {
        let tokenizer = try Tokenizer(byteLevelDescription(added: [("<|im_end|>", .control)]))
        let tokens = tokenizer.encode("a🦙é", parsingSpecialTokens: false, addingSpecialTokens: false)
        var decoder = TokenStreamDecoder(tokenizer)
        #expect(tokens.map { decoder.append($0) } == ["a", "", "", "", "🦙", "", "é"])
        #expect(decoder.append(tokens[1]).isEmpty)
        #expect(decoder.append(TokenID(256)).isEmpty)
        #expect(decoder.finish() == "\u{FFFD}")
    }

    @Test("the space prefix goes from the first word only, and only where the stream begins a text")
    func spacePrefix() throws {
        var description = sentencePieceDescription([("▁a", 0, .normal), ("▁", 0, .normal)])
        let tokens = [TokenID(1), TokenID(259), TokenID(259)]
        let tokenizer = try Tokenizer(description)
        #expect(tokenizer.decode(tokens) == "a a")
        #expect(tokenizer.decode(tokens, isWholeText: false) == " a a")
        description.addsSpacePrefix = false
        #expect(try Tokenizer(description).decode(tokens) == " a a")
    }

    @Test("control tokens show when they are asked for")
    func renderedControl() throws {
        let tokenizer = try Tokenizer(byteLevelDescription(added: [("<think>", .control), ("<|im_end|>", .control)]))
        let think = try #require(tokenizer.addedToken("<think>"))
        var decoder = TokenStreamDecoder(tokenizer, rendering: [think])
        #expect(decoder.append(think) == "<think>")
        #expect(decoder.append(TokenID(257)).isEmpty)
    }
}

@Suite("Stop strings")
struct StopStringFilterTests {
    /// What the filter must give: the text before the stop string that is complete first, the longest of several.
    private func expected(_ text: String, _ stops: [String]) -> (String, Bool) {
        let bytes = Array(text.utf8)
        for end in 0...bytes.count {
            let lengths = stops.map { Array($0.utf8) }.filter {
                !$0.isEmpty && bytes[..<end].suffix($0.count) == $0[...]
            }
            if let longest = lengths.map(\.count).max() {
                return (String(decoding: bytes[..<(end - longest)], as: UTF8.self), true)
            }
        }
        return (text, false)
    }

    @Test("any cut gives what a search in the whole text gives")
    func randomCuts() {
        var generator = RepeatableGenerator(state: 11)
        let alphabet = ["a", "b", "é", "\n"]
        func word(_ count: ClosedRange<Int>) -> String {
            (0..<Int.random(in: count, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? "" }
                .joined()
        }
        for _ in 0..<4000 {
            let stops = (0..<Int.random(in: 0...3, using: &generator)).map { _ in word(0...5) }
            let text = word(0...30)
            var filter = StopStringFilter(stops)
            var output = ""
            var stopped = false
            var rest = text[...]
            while !rest.isEmpty {
                let part = rest.prefix(Int.random(in: 1...6, using: &generator))
                rest = rest.dropFirst(part.count)
                let step = filter.append(String(part))
                output += step.emit
                stopped = step.stopped
                if !stopped {
                    let held = String(text.dropLast(rest.count).dropFirst(output.count))
                    #expect(held.isEmpty || stops.contains { $0.hasPrefix(held) && $0 != held })
                }
            }
            output += filter.finish()
            let (whole, wholeStopped) = expected(text, stops)
            #expect(output == whole, "\(text.debugDescription) \(stops)")
            #expect(stopped == wholeStopped)
        }
    }

    @Test("nothing comes after a stop string")
    func afterStop() {
        var filter = StopStringFilter(["END"])
        #expect(filter.append("a EN") == ("a ", false))
        #expect(filter.append("D b") == ("", true))
        #expect(filter.append("c") == ("", true))
        #expect(filter.finish().isEmpty)
        #expect(filter.isStopped)
    }
}

@Suite("Thinking")
struct ThinkingFilterTests {
    private func parts(_ chunks: [String], _ filter: ThinkingFilter = ThinkingFilter()) -> (
        thinking: String, answer: String
    ) {
        var filter = filter
        var result = (thinking: "", answer: "")
        for output in chunks.map({ filter.append($0) }) + [filter.finish()] {
            result.thinking += output.thinking
            result.answer += output.answer
        }
        return result
    }

    @Test(
        "thinking and answer come apart",
        arguments: [
            ("<think>\nhm\n</think>\n\nYes.", "hm", "Yes."),
            ("\n<think>hm, a < b</think>Yes <b>", "hm, a < b", "Yes <b>"),
            ("Yes. ", "", "Yes. "),
            (" \n ", "", " \n "),
            ("<think>never ends </thin", "never ends </thin", ""),
            ("<think>\n\n</think>\n\nYes", "", "Yes"),
            ("</think>Yes", "", "Yes"),
            ("<think>a <think> b</think> c <think>d</think> e ", "a  bd", "ce "),
            ("<thi<think>x</think></think>y", "x", "<thiy"),
            ("", "", ""),
        ]
    )
    func examples(text: String, thinking: String, answer: String) {
        let whole = parts([text])
        #expect(whole == (thinking, answer))
        #expect(parts(text.map(String.init)) == whole)
        var generator = RepeatableGenerator(state: 3)
        for _ in 0..<50 {
            var chunks: [String] = []
            var rest = text[...]
            while !rest.isEmpty {
                let part = rest.prefix(Int.random(in: 1...9, using: &generator))
                chunks.append(String(part))
                rest = rest.dropFirst(part.count)
            }
            #expect(parts(chunks) == whole, "\(chunks)")
        }
    }

    @Test("a stream may begin inside thinking, and tags may be others")
    func configured() {
        #expect(parts(["\nhm</think> Yes"], ThinkingFilter(startsInside: true)) == ("hm", "Yes"))
        let filter = ThinkingFilter([.think, .bracketed])
        #expect(parts(["[THINK]hm[/THINK]Yes [THI", "S] <think>x"], filter) == ("hmx", "Yes [THIS]"))
    }

    @Test("runs keep the order of both parts")
    func order() {
        var filter = ThinkingFilter()
        #expect(filter.append("a<think>b</think>c").runs == [.answer("a"), .thinking("b"), .answer("c")])
        #expect(!filter.isThinking)
        #expect(filter.append("<think>").runs.isEmpty)
        #expect(filter.isThinking)
    }
}
