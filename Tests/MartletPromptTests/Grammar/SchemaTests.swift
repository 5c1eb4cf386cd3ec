import MartletCore
import MartletPrompt
import Testing

@Suite("JSON Schema as a grammar")
struct SchemaTests {
    private static func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test(
        "accepts what fits a schema and nothing else",
        arguments: SchemaSample.scalars + SchemaSample.objects + SchemaSample.others
    )
    func table(_ sample: SchemaSample) throws {
        let grammar = try Grammar(.jsonSchema(Self.parse(sample.schema)))
        for text in sample.accepted { #expect(grammar.accepts(text.utf8), "\(text)") }
        for text in sample.rejected { #expect(!grammar.accepts(text.utf8), "\(text)") }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var schema: String
        var code: GrammarError.Code
        var pointer: String?
        var testDescription: String { schema }
    }

    static let faults = [
        Fault(schema: "1", code: .syntax, pointer: ""),
        Fault(schema: #"{"type":"text"}"#, code: .syntax, pointer: "/type"),
        Fault(schema: #"{"type":[1]}"#, code: .syntax, pointer: "/type"),
        Fault(schema: #"{"properties":{"a/b":{"not":{}}}}"#, code: .unsupported, pointer: "/properties/a~1b/not"),
        Fault(schema: #"{"type":"array","items":{"if":{},"then":{}}}"#, code: .unsupported, pointer: "/items/if"),
        Fault(schema: #"{"type":"array","uniqueItems":true}"#, code: .unsupported, pointer: "/uniqueItems"),
        Fault(schema: #"{"type":"array","contains":{}}"#, code: .unsupported, pointer: "/contains"),
        Fault(schema: #"{"$ref":"other.json"}"#, code: .unsupported, pointer: "/$ref"),
        Fault(schema: ##"{"$ref":"#/$defs/x"}"##, code: .unknownName, pointer: "/$ref"),
        Fault(schema: ##"{"$ref":"#"}"##, code: .leftRecursion, pointer: ""),
        Fault(schema: ##"{"$ref":"#","maximum":1}"##, code: .limit, pointer: ""),
        Fault(schema: ##"{"anyOf":[{"$ref":"#"},{"type":"null"}]}"##, code: .leftRecursion, pointer: ""),
        Fault(
            schema: ##"{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}"##,
            code: .unsatisfiable,
            pointer: nil
        ),
        Fault(schema: "false", code: .unsatisfiable, pointer: nil),
        Fault(schema: #"{"enum":[]}"#, code: .unsatisfiable, pointer: nil),
        Fault(schema: #"{"type":"string","minLength":3,"maxLength":2}"#, code: .unsatisfiable, pointer: nil),
        Fault(schema: #"{"type":"integer","minimum":3,"maximum":2}"#, code: .unsatisfiable, pointer: nil),
        Fault(schema: #"{"required":["a"],"properties":{"a":false}}"#, code: .unsatisfiable, pointer: nil),
        Fault(schema: #"{"type":"string","minLength":-1}"#, code: .syntax, pointer: "/minLength"),
        Fault(schema: #"{"type":"string","minLength":"x"}"#, code: .syntax, pointer: "/minLength"),
        Fault(schema: #"{"type":"number","minimum":"x"}"#, code: .syntax, pointer: "/minimum"),
        Fault(schema: #"{"type":"number","multipleOf":0.3}"#, code: .unsupported, pointer: "/multipleOf"),
        Fault(schema: #"{"type":"integer","multipleOf":123457}"#, code: .unsupported, pointer: "/multipleOf"),
        Fault(schema: #"{"type":"integer","multipleOf":0}"#, code: .syntax, pointer: "/multipleOf"),
        Fault(schema: #"{"type":"string","pattern":"(?=a)b"}"#, code: .unsupported, pointer: "/pattern"),
        Fault(schema: #"{"type":"string","pattern":"(a)\\1"}"#, code: .unsupported, pointer: "/pattern"),
        Fault(schema: #"{"type":"string","pattern":"\\bword\\b"}"#, code: .unsupported, pointer: "/pattern"),
        Fault(schema: #"{"type":"string","pattern":"\\p{L}"}"#, code: .unsupported, pointer: "/pattern"),
        Fault(schema: #"{"type":"string","pattern":"a^b"}"#, code: .unsupported, pointer: "/pattern"),
        Fault(schema: #"{"type":"string","pattern":"a(b"}"#, code: .syntax, pointer: "/pattern"),
        Fault(schema: #"{"type":"string","pattern":"a)"}"#, code: .syntax, pointer: "/pattern"),
        Fault(schema: #"{"type":"string","pattern":"[a"}"#, code: .syntax, pointer: "/pattern"),
        Fault(schema: #"{"type":"string","pattern":"*a"}"#, code: .syntax, pointer: "/pattern"),
        Fault(schema: #"{"type":"string","pattern":"^a+$","maxLength":5}"#, code: .unsupported, pointer: ""),
        Fault(schema: #"{"required":"a"}"#, code: .syntax, pointer: "/required"),
        Fault(schema: #"{"properties":[]}"#, code: .syntax, pointer: "/properties"),
        Fault(schema: #"{"anyOf":[]}"#, code: .syntax, pointer: "/anyOf"),
        Fault(schema: #"{"type":"object","minProperties":3}"#, code: .unsupported, pointer: "/minProperties"),
        Fault(schema: #"{"allOf":[{"pattern":"a"},{"pattern":"b"}]}"#, code: .unsupported, pointer: "/pattern"),
    ]

    @Test("says where a schema can't be used and why", arguments: faults)
    func fault(_ fault: Fault) throws {
        let schema = try Self.parse(fault.schema)
        let error = try #require(throws: GrammarError.self) { try Grammar(.jsonSchema(schema)) }
        #expect(error.code == fault.code, "\(error)")
        if let pointer = fault.pointer { #expect(error.place == .schema(pointer: pointer), "\(error)") }
        #expect(!error.remedy.isEmpty)
        if error.place != nil { #expect(error.failureKind == .invalidRequest(parameter: "response_format")) }
    }

    @Test("refuses what is made to take for ever, soon")
    func hostile() throws {
        // Each level doubles the alternatives.
        var doubling: JSONValue = ["type": "integer"]
        for _ in 0..<40 {
            doubling = ["allOf": [["anyOf": [doubling, ["type": "string"]]], ["anyOf": [true, doubling]]]]
        }
        // Every definition refers to the next one twice.
        var definitions = JSONObject()
        for index in 0..<60 {
            let next: JSONValue = ["$ref": .string("#/$defs/d\(index + 1)")]
            definitions["d\(index)"] = ["allOf": [next, next], "minimum": .integer(Int64(index))]
        }
        definitions["d60"] = ["type": "integer"]
        let chain: JSONValue = ["$ref": "#/$defs/d0", "minimum": 0, "$defs": .object(definitions)]
        // More members than an automaton may have nodes.
        var many = JSONObject()
        for index in 0..<60_000 { many["property\(index)"] = ["type": "string"] }
        // An enum whose values are asked of a schema that contains the enum.
        let circular: JSONValue = [
            "$ref": "#/$defs/a",
            "$defs": ["a": ["enum": [1, [:]], "properties": ["x": ["$ref": "#/$defs/a"]], "minimum": 0]],
        ]
        for (schema, isFine) in [
            (doubling, false), (chain, false), (["properties": .object(many)], false), (circular, true),
        ] {
            let start = ContinuousClock.now
            let grammar = try? Grammar(.jsonSchema(schema))
            #expect((grammar != nil) == isFine)
            #expect(ContinuousClock.now - start < .seconds(20))
        }
    }

    @Test("random walks through schemas give JSON that fits them, however tokens cut it")
    func walks() throws {
        var random = SeededGenerator(seed: 11)
        var finishedCount = 0
        for sample in SchemaSample.scalars + SchemaSample.objects + SchemaSample.others {
            let prepared = PreparedGrammar(try Grammar(.jsonSchema(Self.parse(sample.schema))), Vocabularies.json)
            for _ in 0..<15 {
                var matcher = prepared.matcher()
                guard let text = matcher.randomText(&random) else { continue }
                finishedCount += 1
                let value = try JSONValue(parsing: text)
                #expect(String(validating: text, as: UTF8.self) != nil)
                #expect(prepared.grammar.accepts(text), "\(value.text)")
            }
        }
        #expect(finishedCount > 500)
    }

    @Test("JSON mode gives objects that can be read back, at every depth")
    func jsonObject() throws {
        let prepared = PreparedGrammar(try Grammar(.jsonObject), Vocabularies.json)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<100 {
            var matcher = prepared.matcher()
            let drawn = matcher.randomText(&random)
            let text = try #require(drawn)
            #expect(try JSONValue(parsing: text).object != nil)
        }
        // As deep as it goes, then as soon out as it can.
        var matcher = prepared.matcher()
        var text = Array("{\"a\":".utf8)
        matcher.accept(bytes: text)
        let opening = Int32(UInt8(ascii: "["))
        while matcher.allows(opening) {
            matcher.accept(opening)
            text.append(UInt8(ascii: "["))
            #expect(text.count < 200)
        }
        while !matcher.isComplete {
            let closing = ["]", "}", "1"].compactMap(\.utf8.first).first { matcher.allows(Int32($0)) }
            let byte = try #require(closing)
            matcher.accept(Int32(byte))
            text.append(byte)
        }
        #expect(try JSONValue(parsing: text).object != nil)
    }

    @Test("survives random schemas and mutations without a crash or a hang")
    func fuzz() throws {
        var random = SeededGenerator(seed: 3)
        let seeds = try (SchemaSample.scalars + SchemaSample.objects + SchemaSample.others).map {
            try Self.parse($0.schema)
        }
        let keywords =
            Array(Set(seeds.flatMap { $0.object?.names ?? [] })).sorted() + ["not", "$ref", "allOf", "minItems"]
        let values: [JSONValue] = [
            0, -1, 1.5, 1e300, "x", "^a", "(", "#", "#/$defs/a", true, false, .null, [], [:], ["string", "null"],
            .integer(.max), .integer(.min), [["type": "null"]], ["a": ["$ref": "#"]], ["a", 1],
        ]
        func mutate(_ value: JSONValue, _ depth: Int) -> JSONValue {
            if Int.random(in: 0..<6, using: &random) == 0 {
                return (depth == 0 ? values : values + seeds).randomElement(using: &random) ?? .null
            }
            switch value {
            case .object(var members):
                let names =
                    members.names
                    + (Bool.random(using: &random) ? [keywords.randomElement(using: &random) ?? "type"] : [])
                for name in names where Int.random(in: 0..<3, using: &random) == 0 {
                    members[name] = mutate(members[name] ?? .null, depth + 1)
                }
                return .object(members)
            case .array(let elements): return .array(elements.map { mutate($0, depth + 1) })
            default: return value
            }
        }
        var compiledCount = 0
        for _ in 0..<4000 {
            let schema = mutate(seeds.randomElement(using: &random) ?? true, 0)
            guard let grammar = try? Grammar(.jsonSchema(schema)) else { continue }
            compiledCount += 1
            let prepared = PreparedGrammar(grammar, Vocabularies.json)
            var matcher = prepared.matcher()
            for _ in 0..<10 {
                guard let token = matcher.allowedTokenList.randomElement(using: &random) else { break }
                matcher.accept(token)
            }
            #expect(matcher.isAlive)
        }
        #expect(compiledCount > 400)
    }
}
