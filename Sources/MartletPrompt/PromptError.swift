public import MartletCore

/// Why a vocabulary or a chat template cannot be used.
public struct PromptError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is; stable across releases, fit for metrics.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code in words, such as `unsupportedPreTokenizer`.
        public let description: String

        /// The vocabulary's tables contradict each other or themselves.
        public static let invalidVocabulary = Code(description: "invalidVocabulary")
        /// The vocabulary's kind (`tokenizer.ggml.model`) is not one of those known here.
        public static let unsupportedModel = Code(description: "unsupportedModel")
        /// The rule that splits text before merging (`tokenizer.ggml.pre`) is not one of those known here.
        public static let unsupportedPreTokenizer = Code(description: "unsupportedPreTokenizer")
        /// A tokenizer's file asks for a component that is not one of those known here.
        public static let unsupportedComponent = Code(description: "unsupportedComponent")
        /// A chat template is not valid Jinja.
        public static let templateSyntax = Code(description: "templateSyntax")
        /// A chat template failed while it ran.
        public static let templateEvaluation = Code(description: "templateEvaluation")
        /// A chat template called `raise_exception`.
        public static let templateRaised = Code(description: "templateRaised")
        /// A chat template took more steps, depth or output than allowed.
        public static let templateLimit = Code(description: "templateLimit")
    }

    /// What kind of failure it is.
    public var code: Code
    /// What is wrong, and where, in one sentence without its full stop.
    public var message: String
    /// What to do about it, in one sentence without its full stop.
    public var remedy: String
    /// The template's line, counted from 1; nil when the failure has no line.
    public var line: Int?

    /// Makes an error; `message` and `remedy` are sentences without their full stops.
    public init(_ code: Code, _ message: String, remedy: String, line: Int? = nil) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.line = line
    }

    /// What is wrong and what to do about it.
    public var description: String {
        let place = line.map { "line \($0): " } ?? ""
        return "\(place)\(message). \(remedy)."
    }

    /// The code alone, for metrics.
    public var shortDescription: String { code.description }
}

extension PromptError: ModelFailure {
    /// What the caller can do: templates refuse conversations that their model wasn't made for.
    public var failureKind: ModelFailureKind {
        code == .templateRaised ? .invalidRequest(parameter: "messages") : .internal
    }
}
