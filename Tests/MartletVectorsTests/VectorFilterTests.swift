import MartletCore
import MartletVectors
import Testing

@Suite("Filters of records")
struct VectorFilterTests {
    private static let metadata: JSONObject = [
        "language": .string("de"), "year": .integer(2024), "score": .number(0.5), "draft": .bool(false),
        "tags": .array([.string("swift"), .string("bot")]), "version": .string("7"),
    ]

    @Test(
        "accept what they describe",
        arguments: [
            (VectorFilter.equal("language", .string("de")), true),
            (.equal("language", .string("en")), false),
            (.equal("year", .number(2024)), true),
            (.equal("tags", .string("bot")), true),
            (.equal("missing", .string("de")), false),
            (.notEqual("missing", .string("de")), true),
            (.notEqual("tags", .string("bot")), false),
            (.less("year", 2025), true),
            (.less("year", 2024), false),
            (.lessOrEqual("year", 2024), true),
            (.greater("score", 0.25), true),
            (.greaterOrEqual("score", 0.75), false),
            (.greater("language", 0), false),
            (.greater("version", 1), false),
            (.oneOf("language", [.string("en"), .string("de")]), true),
            (.oneOf("language", []), false),
            (.noneOf("tags", [.string("swift")]), false),
            (.noneOf("tags", []), true),
            (.exists("draft", true), true),
            (.exists("draft", false), false),
            (.all([]), true),
            (.any([]), false),
            (.all([.equal("draft", .bool(false)), .exists("year", true)]), true),
            (.any([.equal("draft", .bool(true)), .exists("gone", true)]), false),
            (.not(.equal("draft", .bool(true))), true),
            (.textContains("lamp"), true),
            (.textContains("Lamp"), false),
            (.textMatches("^A [a-z]+"), true),
            (.textMatches("[0-9]"), false),
        ] as [(VectorFilter, Bool)]
    )
    func matching(_ filter: VectorFilter, _ expected: Bool) throws {
        #expect(try filter.accepts(metadata: Self.metadata, text: "A green lamp") == expected)
    }

    @Test("refuse an expression that is none")
    func brokenExpression() {
        #expect(throws: VectorStoreError.self) {
            try VectorFilter.textMatches("(").accepts(metadata: [:], text: "a")
        }
    }
}
