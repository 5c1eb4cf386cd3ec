public import MartletCore

/// Why a grammar, a schema or a pattern can't steer an answer.
public struct GrammarError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is; stable across releases, fit for metrics.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code in words, such as `syntax`.
        public let description: String

        /// The text breaks the rules of its notation.
        public static let syntax = Code(description: "syntax")
        /// A rule, a definition or a place is named that doesn't exist.
        public static let unknownName = Code(description: "unknownName")
        /// A rule begins with itself.
        public static let leftRecursion = Code(description: "leftRecursion")
        /// No answer can ever have the form.
        public static let unsatisfiable = Code(description: "unsatisfiable")
        /// It is right, but cannot be turned into a grammar.
        public static let unsupported = Code(description: "unsupported")
        /// It takes more rules, steps or depth than allowed.
        public static let limit = Code(description: "limit")
    }

    /// Where in what was given.
    public enum Place: Hashable, Sendable, CustomStringConvertible {
        /// A line and a column of a text, both counted from 1; columns count scalars.
        case text(line: Int, column: Int)
        /// A JSON pointer into a schema.
        case schema(pointer: String)

        /// The place in words.
        public var description: String {
            switch self {
            case .text(let line, let column): "line \(line), column \(column)"
            case .schema(let pointer): "schema at “#\(pointer.prefix(120))”"
            }
        }
    }

    /// What kind of failure it is.
    public var code: Code
    /// Where it is; nil when it is nowhere in particular.
    public var place: Place?
    /// The request's field that the form came in, where that is known.
    public var parameter: String?
    /// What is wrong, in one sentence without its full stop.
    public var message: String
    /// What to do about it, in one sentence without its full stop.
    public var remedy: String

    /// Makes an error; `message` and `remedy` are sentences without their full stops.
    public init(_ code: Code, at place: Place? = nil, _ message: String, remedy: String) {
        self.code = code
        self.place = place
        parameter =
            switch place {
            case .text: "grammar"
            case .schema: "response_format"
            case nil: nil
            }
        self.message = message
        self.remedy = remedy
    }

    /// Where, what is wrong and what to do about it.
    public var description: String {
        let prefix = place.map { "\($0): " } ?? ""
        return "\(prefix)\(message). \(remedy)."
    }

    /// The code alone, for metrics.
    public var shortDescription: String { code.description }
}

extension GrammarError: ModelFailure {
    /// What the caller can do: change the field that the form came in.
    public var failureKind: ModelFailureKind { .invalidRequest(parameter: parameter) }
}
