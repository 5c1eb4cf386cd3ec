/// The parts that all JSON has, as rules.
///
/// White space is optional and bounded: a space, or a line's end with its indentation. So a model can lay out its answer
/// as it is used to, but not fill it with nothing.
struct JSONForms {
    /// White space between tokens, or none.
    let space: Int
    /// Any value.
    let value: Int
    /// Any object.
    let object: Int
    /// Any array.
    let array: Int
    /// Any string.
    let string: Int
    /// One character of a string, escaped or not.
    let character: Int
    /// Any number.
    let number: Int

    /// Digits of an integer, and of the part of a number before its point, at most: all of these fit 64 bits.
    static let integerDigitLimit = 18
    /// Digits after a number's point at most.
    static let fractionDigitLimit = 15

    /// A space after a colon, or none.
    static let colon = GrammarExpression.sequence([.text(":"), .optional(.text(" "))])
    /// One decimal digit.
    static let digit = GrammarExpression.scalars(ScalarRanges([0x30...0x39]))

    init(_ builder: inout GrammarBuilder) {
        space = builder.add("space", Self.spaceExpression)
        character = builder.add("character", Self.anyCharacter)
        string = builder.add("string", Self.quoted(.star(Self.anyCharacter)))
        number = builder.add("number", Self.anyNumber)
        value = builder.declare("value")
        object = builder.declare("object", isNesting: true)
        array = builder.declare("array", isNesting: true)
        let words = ["true", "false", "null"].map { GrammarExpression.text($0) }
        builder.define(
            value,
            .choice([.rule(object), .rule(array), .rule(string), .rule(number)] + words)
        )
        let space = GrammarExpression.rule(space)
        let member = GrammarExpression.sequence([.rule(string), Self.colon, .rule(value)])
        builder.define(object, Self.list("{", "}", of: member, space: space))
        builder.define(array, Self.list("[", "]", of: .rule(value), space: space))
    }

    private static func list(
        _ opening: String,
        _ closing: String,
        of element: GrammarExpression,
        space: GrammarExpression
    ) -> GrammarExpression {
        let rest = GrammarExpression.star(.sequence([.text(","), space, element]))
        return .sequence([
            .text(opening), space, .choice([.text(closing), .sequence([element, rest, space, .text(closing)])]),
        ])
    }

    private static let spaceExpression = GrammarExpression.choice([
        .empty, .text(" "),
        .sequence([.text("\n"), .repetition(.scalars(ScalarRanges(" \t".unicodeScalars)), minimum: 0, maximum: 24)]),
    ])

    /// A whole number of up to ``integerDigitLimit`` digits, without a sign.
    static let natural = GrammarExpression.choice([
        .text("0"),
        .sequence([
            .scalars(ScalarRanges([0x31...0x39])), .repetition(digit, minimum: 0, maximum: integerDigitLimit - 1),
        ]),
    ])

    private static let anyNumber = GrammarExpression.sequence([
        .optional(.text("-")), natural,
        .optional(.sequence([.text("."), .repetition(digit, minimum: 1, maximum: fractionDigitLimit)])),
        .optional(
            .sequence([
                .scalars(ScalarRanges("eE".unicodeScalars)), .optional(.scalars(ScalarRanges("+-".unicodeScalars))),
                .repetition(digit, minimum: 1, maximum: 2),
            ])
        ),
    ])

    // MARK: Strings

    /// `body` between quotes.
    static func quoted(_ body: GrammarExpression) -> GrammarExpression {
        .sequence([.text("\""), body, .text("\"")])
    }

    private static let hexadecimal = GrammarExpression.scalars(
        ScalarRanges([0x30...0x39, 0x41...0x46, 0x61...0x66])
    )
    private static let unescaped = ScalarRanges([0x20...0x21, 0x23...0x5B, 0x5D...ScalarRanges.last])
    /// Characters that have an escape of one letter, which is all that they are written with here.
    private static let shortEscapes: [(scalar: UInt32, letter: String)] = [
        (0x08, "b"), (0x09, "t"), (0x0A, "n"), (0x0C, "f"), (0x0D, "r"), (0x22, "\""), (0x5C, "\\"),
    ]

    /// Any character in every way that JSON can write it, but for halves of surrogate pairs.
    static let anyCharacter: GrammarExpression = {
        let notSurrogate = GrammarExpression.choice([
            .sequence([
                .scalars(ScalarRanges([0x30...0x39, 0x41...0x43, 0x45...0x46, 0x61...0x63, 0x65...0x66])), hexadecimal,
            ]),
            .sequence([.scalars(ScalarRanges("dD".unicodeScalars)), .scalars(ScalarRanges([0x30...0x37]))]),
        ])
        let escape = GrammarExpression.choice([
            .scalars(ScalarRanges("\"\\/bfnrt".unicodeScalars)),
            .sequence([.text("u"), notSurrogate, hexadecimal, hexadecimal]),
        ])
        return .choice([.scalars(unescaped), .sequence([.text("\\"), escape])])
    }()

    /// One character of a set, written in one way only.
    static func character(of set: ScalarRanges) -> GrammarExpression {
        var ways: [GrammarExpression] = []
        let plain = set.intersection(unescaped)
        if !plain.isEmpty { ways.append(.scalars(plain)) }
        for escape in shortEscapes where set.contains(escape.scalar) { ways.append(.text("\\" + escape.letter)) }
        for control: UInt32 in 0..<0x20 where set.contains(control) {
            guard !shortEscapes.contains(where: { $0.scalar == control }) else { continue }
            let digits = String(control, radix: 16)
            ways.append(.text("\\u" + String(repeating: "0", count: 4 - digits.count) + digits))
        }
        return ways.count == 1 ? ways[0] : .choice(ways)
    }

    /// An expression over plain text as it is written inside a string.
    static func escaped(_ plain: GrammarExpression) -> GrammarExpression {
        switch plain {
        case .scalars(let set): character(of: set)
        case .literal(let bytes):
            .literal(Array(JSONText.escaped(String(decoding: bytes, as: UTF8.self)).utf8))
        case .sequence(let parts): .sequence(parts.map { escaped($0) })
        case .choice(let parts): .choice(parts.map { escaped($0) })
        case .repetition(let body, let minimum, let maximum):
            .repetition(escaped(body), minimum: minimum, maximum: maximum)
        case .bytes, .rule: plain
        }
    }
}
