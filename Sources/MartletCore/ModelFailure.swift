/// An error of a language model, sorted by what its caller can do about it.
///
/// Errors that ``LanguageModel/generate(_:)`` throws conform, so that a server or a bot can answer properly without
/// knowing where the model runs.
public protocol ModelFailure: Error, Sendable, CustomStringConvertible {
    /// What the caller can do.
    var failureKind: ModelFailureKind { get }
}

/// What a caller can do about an error.
public enum ModelFailureKind: Sendable, Hashable {
    /// Change the request; the field is named where it is known (`messages`, `temperature`, …).
    case invalidRequest(parameter: String?)
    /// Shorten the input.
    case contextTooLong
    /// Try again, after this time where it is known: too many requests wait or a limit is reached.
    case overloaded(retryAfter: Duration?)
    /// Give the other side valid credentials or permissions.
    case notAuthorized
    /// Name another model.
    case unknownModel
    /// Wait or choose another model: the other side can't be reached, fails or takes too long.
    case unavailable
    /// Report a fault.
    case `internal`
}
