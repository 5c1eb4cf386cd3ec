/// A statement of a template, with the line where it begins.
struct Statement: Sendable {
    let line: Int
    let kind: Kind

    indirect enum Kind: Sendable {
        case text(TemplateString)
        case output(Expression)
        case conditional(branches: [(condition: Expression, body: [Statement])], otherwise: [Statement])
        case loop(Loop)
        case assignment(target: Target, value: Expression)
        case blockAssignment(target: Target, filters: [FilterCall], body: [Statement])
        case macro(Macro)
        case callBlock(parameters: [Parameter], call: Expression, body: [Statement])
        case filterBlock(filters: [FilterCall], body: [Statement])
        case scope(bindings: [(name: String, value: Expression)], body: [Statement])
        case breakLoop
        case continueLoop
    }

    struct Loop: Sendable {
        let target: Target
        let source: Expression
        let condition: Expression?
        let body: [Statement]
        let otherwise: [Statement]
        let isRecursive: Bool
    }

    struct Macro: Sendable {
        let name: String
        let parameters: [Parameter]
        let body: [Statement]
    }

    struct Parameter: Sendable {
        let name: String
        let defaultValue: Expression?
    }
}

/// What a `set` or `for` assigns to.
indirect enum Target: Sendable {
    case name(String)
    case attribute(object: String, name: String)
    case tuple([Target])
}

/// A filter with its arguments, as in `| join(', ')`.
struct FilterCall: Sendable {
    let name: String
    let arguments: [Expression.Argument]
    let line: Int
}

/// An expression of a template, with the line where it stands.
struct Expression: Sendable {
    let line: Int
    let kind: Kind
    /// Levels below and including this one.
    let depth: Int

    init(line: Int, kind: Kind) {
        self.line = line
        self.kind = kind
        depth = 1 + (kind.children.map(\.depth).max() ?? 0)
    }

    indirect enum Kind: Sendable {
        case literal(Literal)
        case name(String)
        case list([Expression])
        case tuple([Expression])
        case dictionary([(key: Expression, value: Expression)])
        case attribute(Expression, String)
        case item(Expression, Expression)
        case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
        case call(Expression, [Argument])
        case filter(Expression, FilterCall)
        case test(Expression, name: String, arguments: [Argument], isNegated: Bool)
        case conditional(condition: Expression, then: Expression, otherwise: Expression?)
        case and(Expression, Expression)
        case or(Expression, Expression)
        case not(Expression)
        case negative(Expression)
        case positive(Expression)
        case binary(BinaryOperator, Expression, Expression)
        case comparison(Expression, [(ComparisonOperator, Expression)])
    }

    /// A constant of the template's text.
    enum Literal: Sendable {
        case none
        case bool(Bool)
        case int(Int)
        case double(Double)
        case string(TemplateString)

        var value: Value {
            switch self {
            case .none: .none
            case .bool(let value): .bool(value)
            case .int(let value): .int(value)
            case .double(let value): .double(value)
            case .string(let text): .string(text)
            }
        }
    }

    struct Argument: Sendable {
        enum Form: Sendable {
            case positional
            case named(String)
            case spread
            case spreadNamed
        }

        let form: Form
        let value: Expression
    }

    enum BinaryOperator: String, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case floorDivide = "//"
        case modulo = "%"
        case power = "**"
        case concatenate = "~"
    }

    enum ComparisonOperator: String, Sendable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case isIn = "in"
        case isNotIn = "not in"
    }
}

extension Expression.Kind {
    /// The expressions right below.
    var children: [Expression] {
        switch self {
        case .literal, .name: []
        case .list(let members), .tuple(let members): members
        case .dictionary(let pairs): pairs.flatMap { [$0.key, $0.value] }
        case .attribute(let object, _), .not(let object), .negative(let object), .positive(let object): [object]
        case .item(let left, let right), .and(let left, let right), .or(let left, let right),
            .binary(_, let left, let right):
            [left, right]
        case .slice(let object, let start, let stop, let step): [object, start, stop, step].compactMap { $0 }
        case .call(let callee, let arguments): [callee] + arguments.map(\.value)
        case .filter(let operand, let filter): [operand] + filter.arguments.map(\.value)
        case .test(let operand, _, let arguments, _): [operand] + arguments.map(\.value)
        case .conditional(let condition, let then, let otherwise): [condition, then, otherwise].compactMap { $0 }
        case .comparison(let first, let rest): [first] + rest.map(\.1)
        }
    }
}
