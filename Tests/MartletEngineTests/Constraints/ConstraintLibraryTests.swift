import MartletCore
import MartletEngine
import MartletPrompt
import Testing

@Suite("Constraints of answers")
struct ConstraintLibraryTests {
    /// `<unk>`, `<s>`, `</s>`, the 256 bytes, then words and tags.
    private static func tokenizer() throws -> Tokenizer {
        var texts = ["<unk>", "<s>", "</s>"]
        var types: [Int32] = [2, 3, 3]
        for byte in 0..<256 {
            let digits = String(byte, radix: 16, uppercase: true)
            texts.append("<0x\(digits.count == 1 ? "0" : "")\(digits)>")
            types.append(6)
        }
        for text in ["▁yes", "▁{\"", "yes", "{\"", "</think>", "<think>"] {
            texts.append(text)
            types.append(text.hasSuffix("think>") ? 3 : 1)
        }
        var description = VocabularyDescription(model: "llama", tokens: TokenTable(texts), name: "bytes")
        description.types = types
        description.scores = texts.map { _ in 0 }
        return try Tokenizer(description)
    }

    private static func byte(_ character: Character) -> Int32 { Int32(character.asciiValue ?? 0) + 3 }
    private static let word: Int32 = 259
    private static let closing: Int32 = 263

    private static func library(tokenCount: Int = 265) throws -> ConstraintLibrary {
        let tokenizer = try tokenizer()
        let tags = [TokenID(closing), TokenID(closing + 1)]
        return ConstraintLibrary(tokenizer, rendering: Set(tags), vocabularyCount: tokenCount)
    }

    private func allowed(_ constraint: any TokenConstraint, count: Int = 265) -> [Int32] {
        var constraint = constraint
        var set = TokenBitset(vocabularyCount: count)
        constraint.fillAllowed(&set)
        let all = (0..<Int32(count)).filter { set.contains($0) }
        let single = (0..<Int32(count)).filter { constraint.allows($0) }
        #expect(all == single)
        return all
    }

    @Test("allows the tokens of a grammar, and the end where it may end")
    func grammar() throws {
        let library = try Self.library()
        var constraint = try library.constraint(.grammar("root ::= \"yes\" \"!\"?"), after: .init())
        #expect(allowed(constraint) == [Self.byte("y"), Self.word + 2])
        #expect(!constraint.canEnd)
        constraint.accept(Self.word + 2)
        #expect(constraint.canEnd && !constraint.isComplete)
        #expect(allowed(constraint) == [Self.byte("!")])
        constraint.accept(Self.byte("!"))
        #expect(constraint.canEnd && constraint.isComplete)
        #expect(allowed(constraint).isEmpty)
    }

    @Test("a space that the vocabulary puts before a turn's first word is none of the form")
    func spacePrefix() throws {
        let library = try Self.library()
        var opening = ConstraintLibrary.Opening()
        opening.dropsSpacePrefix = true
        let constraint = try library.constraint(.grammar("root ::= \"yes\""), after: opening)
        #expect(allowed(constraint) == [Self.byte(" "), Self.byte("y"), Self.word, Self.word + 2])
        let without = try library.constraint(.grammar("root ::= \"yes\""), after: .init())
        #expect(!allowed(without).contains(Self.word))
    }

    @Test("thinking is free until its tag, also where the tag is a token of its own")
    func thinking() throws {
        let library = try Self.library()
        var opening = ConstraintLibrary.Opening()
        opening.thinkingTags = [.think]
        opening.startsThinking = true
        var constraint = try library.constraint(.jsonObject, after: opening)
        #expect(allowed(constraint).count == 256 + 6)
        #expect(!constraint.canEnd)
        constraint.accept(Self.byte("x"))
        constraint.accept(Self.closing)
        #expect(allowed(constraint) == [9, 10, 13, 32, 123].map { $0 + 3 } + [Self.word + 1, Self.word + 3])
    }

    @Test("one form is compiled once, and another order of members is another form")
    func cache() throws {
        let library = try Self.library()
        var count = 0
        for _ in 0..<3 {
            _ = try library.constraint(kind: "test", text: "a", after: .init()) {
                count += 1
                return .literal("a")
            }
        }
        #expect(count == 1)
        let type: JSONValue = ["type": "null"]
        for names in [["a", "b"], ["b", "a"]] {
            let schema: JSONValue = [
                "properties": .object(JSONObject(names.map { ($0, type) })), "required": ["a", "b"],
            ]
            var constraint = try library.constraint(.jsonSchema(schema), after: .init())
            for character in "{\"\(names[0])" {
                let isAllowed = constraint.allows(Self.byte(character))
                #expect(isAllowed)
                constraint.accept(Self.byte(character))
            }
        }
    }

    @Test("more forms than are kept, and a vocabulary with fewer scores than tokens")
    func bounds() throws {
        let library = try Self.library(tokenCount: 200)
        for index in 0..<40 {
            let constraint = try library.constraint(.grammar("root ::= \"\(index)a\""), after: .init())
            #expect(allowed(constraint, count: 200).count == 1)
        }
    }

    @Test("errors say what is wrong with the form and in which field")
    func errors() throws {
        let library = try Self.library()
        for (form, parameter) in [
            (OutputConstraint.grammar("root ::= ("), "grammar"),
            (.jsonSchema(["type": "text"]), "response_format"),
            (.jsonSchema(.string(String(repeating: "x", count: 2 << 20))), "response_format"),
            (.grammar(String(repeating: "#", count: 2 << 20)), "grammar"),
        ] {
            let error = try #require(throws: GrammarError.self) { try library.constraint(form, after: .init()) }
            #expect(error.failureKind == .invalidRequest(parameter: parameter))
        }
    }
}
