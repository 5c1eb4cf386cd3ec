public import MartletCore

/// Why a model can't be loaded, or a request can't be answered.
public struct EngineError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; stable across releases, fit for metrics.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code in words, such as `busy`.
        public let description: String

        /// A sampling option is outside its range or contradicts another.
        public static let invalidOption = Code(description: "invalidOption")
        /// The model's scores are not numbers, or leave no token to choose.
        public static let invalidScores = Code(description: "invalidScores")
        /// No token that may be chosen keeps an answer in the form that it must have.
        public static let deadEnd = Code(description: "deadEnd")
        /// The request doesn't fit the model's context, or names nothing to answer.
        public static let contextTooSmall = Code(description: "contextTooSmall")
        /// The request has no message to answer, or no token at all.
        public static let emptyInput = Code(description: "emptyInput")
        /// A token lies outside the vocabulary.
        public static let invalidToken = Code(description: "invalidToken")
        /// As many requests wait as the engine holds.
        public static let busy = Code(description: "busy")
        /// The request was not done in its time.
        public static let deadlinePassed = Code(description: "deadlinePassed")
        /// The engine has been shut down.
        public static let closed = Code(description: "closed")
        /// A model file, its vocabulary or its template can't be used.
        public static let unusableModel = Code(description: "unusableModel")
        /// The forward pass failed.
        public static let stepFailed = Code(description: "stepFailed")
    }

    /// What kind of failure it is.
    public var code: Code
    /// What is wrong, in one sentence without its full stop.
    public var message: String
    /// What to do about it, in one sentence without its full stop; empty when `underlying` says it.
    public var remedy: String
    /// The error that this one translates.
    public var underlying: (any Error)?
    /// The field of a request that is at fault, as OpenAI's API spells it or would, such as `top_p`.
    public var parameter: String?

    /// Makes an error; `message` and `remedy` are sentences without their full stops.
    public init(
        _ code: Code,
        _ message: String,
        remedy: String,
        underlying: (any Error)? = nil,
        parameter: String? = nil
    ) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.underlying = underlying
        self.parameter = parameter
    }

    /// What is wrong and what to do about it.
    public var description: String {
        var text = message
        if let underlying { text += ": \(underlying)" } else { text += "." }
        if !remedy.isEmpty { text += " \(remedy)." }
        return text
    }

    /// The code alone, for metrics.
    public var shortDescription: String { code.description }
}

extension EngineError: ModelFailure {
    /// What the caller can do.
    public var failureKind: ModelFailureKind {
        switch code {
        case .invalidOption, .emptyInput, .invalidToken, .deadEnd: .invalidRequest(parameter: parameter)
        case .contextTooSmall: .contextTooLong
        case .busy: .overloaded(retryAfter: nil)
        case .closed, .deadlinePassed: .unavailable
        default: .internal
        }
    }
}
