import Testing

/// JSON schemas with texts that fit them and texts that don't.
struct SchemaSample: Sendable, CustomTestStringConvertible {
    var name: String
    var schema: String
    var accepted: [String]
    var rejected: [String]
    var testDescription: String { name }
}

extension SchemaSample {
    static let scalars = [
        SchemaSample(
            name: "a string",
            schema: #"{"type":"string"}"#,
            accepted: [#""""#, #""a b""#, #""é🐦\n\u00e9\/\"\\""#],
            rejected: ["a", "\"a\nb\"", #""\x""#, #""\ud83d\udc26""#, #""a"#, #""a"b""#, " \"a\""]
        ),
        SchemaSample(
            name: "lengths count characters",
            schema: #"{"type":"string","minLength":2,"maxLength":3}"#,
            accepted: [#""ab""#, #""🐦é""#, #""\n\u00e9x""#],
            rejected: [#""a""#, #""abcd""#, #""\n""#, #""""#]
        ),
        SchemaSample(
            name: "an integer",
            schema: #"{"type":"integer"}"#,
            accepted: ["0", "7", "-7", "123456789012345678"],
            rejected: ["-0", "01", "1.0", "1e3", "+1", "-", "", "1234567890123456789"]
        ),
        SchemaSample(
            name: "a number",
            schema: #"{"type":"number"}"#,
            accepted: ["0", "-0.5", "12.25e-10", "1E+9", "0.000000000000001"],
            rejected: ["00", ".5", "1.", "1e", "1e100", "NaN", "--1"]
        ),
        SchemaSample(
            name: "an integer between bounds",
            schema: #"{"type":"integer","minimum":-13,"exclusiveMaximum":207}"#,
            accepted: ["-13", "-9", "-1", "0", "9", "10", "99", "100", "199", "206"],
            rejected: ["-14", "-20", "-100", "207", "210", "300", "1000", "00"]
        ),
        SchemaSample(
            name: "an integer with broken bounds",
            schema: #"{"type":"integer","minimum":-0.5,"maximum":2.5}"#,
            accepted: ["0", "1", "2"],
            rejected: ["-1", "3"]
        ),
        SchemaSample(
            name: "an integer above a bound",
            schema: #"{"type":"integer","exclusiveMinimum":99}"#,
            accepted: ["100", "999", "1000", "123456789012345678"],
            rejected: ["99", "9", "-100", "0"]
        ),
        SchemaSample(
            name: "an integer below zero",
            schema: #"{"type":"integer","maximum":-5}"#,
            accepted: ["-5", "-10", "-999"],
            rejected: ["-4", "0", "5", "-0"]
        ),
        SchemaSample(
            name: "a number between bounds",
            schema: #"{"type":"number","exclusiveMinimum":0,"maximum":1.5}"#,
            accepted: ["0.1", "0.001", "1", "1.0", "1.5", "1.50", "1.49"],
            rejected: ["0", "0.0", "1.51", "1.6", "2", "-0.1", "0."]
        ),
        SchemaSample(
            name: "a number between bounds on both sides of zero",
            schema: #"{"type":"number","minimum":-1.25,"exclusiveMaximum":10}"#,
            accepted: ["-1.25", "-1.2", "-0.5", "0", "0.0", "9.999", "-1"],
            rejected: ["-1.26", "-1.3", "-2", "10", "10.0", "-0", "-0.0", "11"]
        ),
        SchemaSample(
            name: "multiples",
            schema: #"{"type":"integer","multipleOf":7}"#,
            accepted: ["0", "7", "14", "-21", "700", "123123"],
            rejected: ["1", "8", "-20", "701", "07"]
        ),
        SchemaSample(
            name: "multiples between bounds",
            schema: #"{"type":"integer","multipleOf":5,"minimum":-7,"maximum":12}"#,
            accepted: ["-5", "0", "5", "10"],
            rejected: ["-10", "15", "1"]
        ),
        SchemaSample(
            name: "hundredths",
            schema: #"{"type":"number","multipleOf":0.01,"minimum":0}"#,
            accepted: ["0", "1.5", "1.25", "1000"],
            rejected: ["1.255", "-1"]
        ),
        SchemaSample(
            name: "enum and const",
            schema: #"{"enum":["a","a\"b",1,1.5,null,{"x":[true]}]}"#,
            accepted: [#""a""#, #""a\"b""#, "1", "1.5", "null", #"{"x":[true]}"#],
            rejected: [#""b""#, "2", "true", #"{"x":[]}"#]
        ),
        SchemaSample(
            name: "an enum under other keywords",
            schema: #"{"enum":["a","abc",1,12,null],"type":["string","integer"],"minLength":2,"minimum":5}"#,
            accepted: [#""abc""#, "12"],
            rejected: [#""a""#, "1", "null"]
        ),
        SchemaSample(
            name: "several types",
            schema: #"{"type":["string","null","boolean"],"maxLength":1}"#,
            accepted: [#""a""#, "null", "true", "false"],
            rejected: [#""ab""#, "1", "[]"]
        ),
        SchemaSample(
            name: "nullable",
            schema: #"{"type":"integer","nullable":true,"title":"n","description":"d","x-ours":1}"#,
            accepted: ["1", "null"],
            rejected: [#""a""#]
        ),
        SchemaSample(
            name: "anything",
            schema: "true",
            accepted: ["1", "[]", #"{"a":[{"b":null}]}"#, "[1, 2,\n  3]"],
            rejected: ["", "[1,]", "{a:1}", #"{"a":1,}"#, "[1,  2]"]
        ),
        SchemaSample(
            name: "no type, but keywords of one",
            schema: #"{"minimum":3,"maximum":5}"#,
            accepted: ["3", "4.5"],
            rejected: ["6", "{}"]
        ),
    ]

    static let objects = [
        SchemaSample(
            name: "properties in their order, optional ones left out",
            schema: #"""
                {"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"boolean"},"c":{"type":"null"}},
                 "required":["b"]}
                """#,
            accepted: [
                #"{"b":true}"#, #"{"a":1,"b":true}"#, #"{"a": 1, "b": false, "c": null}"#, "{\n  \"b\": true\n}",
                #"{"b":true,"c":null}"#,
            ],
            rejected: ["{}", #"{"a":1}"#, #"{"b":true,"a":1}"#, #"{"b":true,}"#, #"{"b":true,"d":1}"#, #"{"b" :true}"#]
        ),
        SchemaSample(
            name: "nothing required",
            schema: #"{"properties":{"a":{"type":"integer"},"b":{"type":"integer"}}}"#,
            accepted: ["{}", #"{"a":1}"#, #"{"b":1}"#, #"{"a":1,"b":2}"#],
            rejected: [#"{"b":1,"a":2}"#, #"{,"a":1}"#]
        ),
        SchemaSample(
            name: "no properties at all",
            schema: #"{"type":"object","properties":{},"additionalProperties":false}"#,
            accepted: ["{}", "{ }"],
            rejected: [#"{"a":1}"#]
        ),
        SchemaSample(
            name: "other members of a schema, under other names",
            schema: #"""
                {"type":"object","properties":{"ab":{"type":"integer"},"a\"c":{"type":"integer"}},"required":["ab"],
                 "additionalProperties":{"type":"boolean"}}
                """#,
            accepted: [
                #"{"ab":1}"#, #"{"ab":1,"a":true}"#, #"{"ab":1,"abc":true,"":false}"#, #"{"ab":1,"a\"c":2,"z":true}"#,
                #"{"ab":1,"é\n":true}"#, #"{"ab":1,"a\"d":true}"#,
            ],
            rejected: [
                #"{"ab":1,"ab":true}"#, #"{"ab":1,"a\"c":true}"#, #"{"ab":1,"c":1}"#, #"{"ab":1,"\u0061b":true}"#,
                #"{"z":true,"ab":1}"#,
            ]
        ),
        SchemaSample(
            name: "a map",
            schema: #"{"type":"object","additionalProperties":{"type":"integer"},"minProperties":1,"maxProperties":2}"#,
            accepted: [#"{"a":1}"#, #"{"a":1, "b\u0041":2}"#],
            rejected: ["{}", #"{"a":1,"b":2,"c":3}"#, #"{"a":"x"}"#]
        ),
        SchemaSample(
            name: "names with a pattern",
            schema:
                #"{"type":"object","patternProperties":{"^x_[a-z]+$":{"type":"integer"}},"additionalProperties":false}"#,
            accepted: ["{}", #"{"x_a":1,"x_bc":2}"#],
            rejected: [#"{"a":1}"#, #"{"x_":1}"#]
        ),
        SchemaSample(
            name: "propertyNames",
            schema: #"{"type":"object","propertyNames":{"enum":["a","b"]},"additionalProperties":{"type":"integer"}}"#,
            accepted: ["{}", #"{"b":1}"#],
            rejected: [#"{"c":1}"#]
        ),
        SchemaSample(
            name: "required without properties",
            schema: #"{"type":"object","required":["x"],"additionalProperties":{"type":"integer"}}"#,
            accepted: [#"{"x":1}"#, #"{"x":1,"y":2}"#],
            rejected: ["{}", #"{"y":1}"#]
        ),
        SchemaSample(
            name: "allOf joins members",
            schema: #"""
                {"allOf":[{"type":"object","properties":{"a":{"type":"integer","minimum":3}},"required":["a"]},
                          {"properties":{"a":{"maximum":5},"b":{"type":"string"}},"required":["b"]}]}
                """#,
            accepted: [#"{"a":3,"b":""}"#, #"{"a":5,"b":"x"}"#],
            rejected: [#"{"a":2,"b":""}"#, #"{"a":6,"b":""}"#, #"{"a":3}"#]
        ),
        SchemaSample(
            name: "a property that is false",
            schema: #"{"properties":{"a":false,"b":{"type":"null"}}}"#,
            accepted: ["{}", #"{"b":null}"#],
            rejected: [#"{"a":1}"#]
        ),
    ]

    static let others = [
        SchemaSample(
            name: "arrays",
            schema: #"{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":3}"#,
            accepted: ["[1]", "[1, 2]", "[1,2,3]", "[\n1,\n2\n]"],
            rejected: ["[]", "[1,2,3,4]", "[1,]", "[true]"]
        ),
        SchemaSample(
            name: "tuples",
            schema:
                #"{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"items":{"type":"null"},"minItems":1}"#,
            accepted: ["[1]", #"[1,"a"]"#, #"[1,"a",null,null]"#],
            rejected: ["[]", #"["a"]"#, #"[1,2]"#, "[1,null]"]
        ),
        SchemaSample(
            name: "tuples of draft 7",
            schema:
                #"{"type":"array","items":[{"type":"integer"},{"type":"boolean"}],"additionalItems":false,"minItems":2}"#,
            accepted: ["[1,true]"],
            rejected: ["[1]", "[1,true,1]"]
        ),
        SchemaSample(
            name: "no items",
            schema: #"{"type":"array","maxItems":0}"#,
            accepted: ["[]", "[ ]"],
            rejected: ["[1]"]
        ),
        SchemaSample(
            name: "anyOf with keywords beside it",
            schema:
                #"{"type":"object","properties":{"k":{"type":"string"}},"required":["k"],"anyOf":[{"properties":{"x":{"type":"integer"}},"required":["x"]},{"properties":{"y":{"type":"null"}},"required":["y"]}]}"#,
            accepted: [#"{"k":"","x":1}"#, #"{"k":"","y":null}"#],
            rejected: [#"{"k":""}"#, #"{"x":1}"#, #"{"k":"","x":null}"#]
        ),
        SchemaSample(
            name: "oneOf of references",
            schema: #"""
                {"oneOf":[{"$ref":"#/$defs/cat"},{"$ref":"#/definitions/do~1g%20"}],
                 "$defs":{"cat":{"type":"object","properties":{"kind":{"const":"cat"},"lives":{"type":"integer"}},"required":["kind","lives"]}},
                 "definitions":{"do/g ":{"type":"object","properties":{"kind":{"const":"dog"}},"required":["kind"]}}}
                """#,
            accepted: [#"{"kind":"cat","lives":9}"#, #"{"kind":"dog"}"#],
            rejected: [#"{"kind":"cat"}"#, #"{"kind":"dog","lives":9}"#]
        ),
        SchemaSample(
            name: "a schema that contains itself",
            schema: #"""
                {"type":"object","properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},
                 "required":["v","next"],"additionalProperties":false}
                """#,
            accepted: [#"{"v":1,"next":null}"#, #"{"v":1,"next":{"v":2,"next":{"v":3,"next":null}}}"#],
            rejected: [#"{"v":1}"#, #"{"v":1,"next":{}}"#]
        ),
        SchemaSample(
            name: "a tree",
            schema:
                ##"{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"c":{"type":"array","items":{"$ref":"#/$defs/node"}}}}}}"##,
            accepted: ["{}", #"{"c":[]}"#, #"{"c":[{},{"c":[{}]}]}"#],
            rejected: [#"{"c":[1]}"#]
        ),
        SchemaSample(
            name: "a reference with keywords beside it",
            schema: ##"{"$ref":"#/$defs/n","maximum":5,"$defs":{"n":{"type":"integer","minimum":3}}}"##,
            accepted: ["3", "5"],
            rejected: ["2", "6"]
        ),
        SchemaSample(
            name: "allOf of types and enums",
            schema: #"{"allOf":[{"enum":[1,2,3,"x"]},{"enum":[2,3,"x"]},{"type":["integer","null"]}]}"#,
            accepted: ["2", "3"],
            rejected: ["1", #""x""#, "null"]
        ),
        SchemaSample(
            name: "patterns",
            schema: #"{"type":"string","pattern":"^(?:[A-Z]{2,3}-\\d+|\"q\"|[^a-z\\s]+?)$"}"#,
            accepted: [#""AB-1""#, #""ABC-123""#, #""\"q\"""#, #""1É""#],
            rejected: [#""a-""#, #""ab""#, #""""#, #""1 2""#]
        ),
        SchemaSample(
            name: "a pattern without anchors",
            schema: #"{"type":"string","pattern":"b+c"}"#,
            accepted: [#""bc""#, #""aaabbcxx""#, #""\nbc\"""#],
            rejected: [#""b""#, #""""#]
        ),
        SchemaSample(
            name: "a pattern anchored in its groups",
            schema: #"{"type":"string","pattern":"(^a$)|(^b)|c$"}"#,
            accepted: [#""a""#, #""bxx""#, #""xxc""#],
            rejected: [#""ax""#, #""xb""#, #""cx""#]
        ),
        SchemaSample(
            name: "dates",
            schema: #"{"type":"string","format":"date"}"#,
            accepted: [#""2024-02-29""#, #""2023-12-31""#, #""2000-02-29""#, #""0004-02-29""#],
            rejected: [#""2023-02-29""#, #""1900-02-29""#, #""2023-13-01""#, #""2023-04-31""#, #""0000-02-29""#]
        ),
        SchemaSample(
            name: "times",
            schema: #"{"type":"string","format":"date-time"}"#,
            accepted: [#""2024-02-29T23:59:59Z""#, #""2024-01-01T00:00:00.123+01:30""#],
            rejected: [#""2024-02-29""#, #""2024-02-29T24:00:00Z""#, #""2024-02-29T23:59:59""#]
        ),
        SchemaSample(
            name: "addresses",
            schema:
                #"{"anyOf":[{"type":"string","format":"ipv4"},{"type":"string","format":"email"},{"type":"string","format":"uuid"},{"type":"string","format":"ipv6"}]}"#,
            accepted: [
                #""192.168.0.255""#, #""a.b+c@x-y.example.org""#, #""123e4567-e89b-12d3-a456-426614174000""#, #""::1""#,
                #""fe80::1:2""#, #""1:2:3:4:5:6:7:8""#,
            ],
            rejected: [#""256.1.1.1""#, #""a@b""#, #""1.2.3""#, #""1:2:3""#, #""::1::""#, #"":::""#]
        ),
        SchemaSample(
            name: "formats that are remarks",
            schema: #"{"type":"string","format":"phone"}"#,
            accepted: [#""x""#],
            rejected: []
        ),
    ]
}
