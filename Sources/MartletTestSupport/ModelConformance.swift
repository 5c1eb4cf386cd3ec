public import MartletCore

/// What every language model does, wherever it runs: one table of behaviours for all of them.
///
/// A behaviour is checked against a subject in the scenario that it needs, and reports what it finds wrong as sentences, so
/// that any test library can show them.
public enum ModelConformance: String, Sendable, CaseIterable {
    /// Texts come in whole pieces, then one end, and nothing after it.
    case endsOnce
    /// The account of tokens and times adds up.
    case accountsForTokens
    /// No stop string reaches the caller, and nothing after it.
    case stopsBeforeStopStrings
    /// The limit of tokens ends the answer.
    case endsAtTokenLimit
    /// Cancelling the reader's task ends the generation.
    case endsWhenCancelled
    /// Dropping the stream frees everything.
    case endsWhenDropped
    /// The deadline ends the answer and keeps what was said.
    case endsAtDeadline
    /// A deadline before the first word is an end, too, not an error.
    case endsAtDeadlineInSilence
    /// A call of a tool is complete, with a name, an id and arguments.
    case callsTools
    /// A failure is sorted by what its caller can do, and repeats nothing that was said.
    case sortsFailures
    /// Several answers at once don't mix.
    case answersSeveralAtOnce
    /// A longer input counts more tokens.
    case countsTokens

    /// What the model under test has to be made to do.
    public enum Scenario: Sendable, Hashable {
        /// It says something in several pieces and ends its turn.
        case answers
        /// It would say the stop string "END" with words after it.
        case saysStopString
        /// It would say more than three tokens.
        case isLimited
        /// It says something, and then goes on or hangs for longer than a minute.
        case neverEnds
        /// It says nothing for longer than a minute.
        case neverBegins
        /// It calls `get_weather` for Paris.
        case callsTool
        /// It fails in a way of the kind.
        case fails(ModelFailureKind)
    }

    /// A model in a scenario.
    public struct Subject: Sendable {
        /// The model.
        public var model: any LanguageModel
        /// Whether nothing is held any more for generations that have ended.
        public var isIdle: @Sendable () -> Bool

        /// Makes a subject.
        public init(_ model: any LanguageModel, isIdle: @escaping @Sendable () -> Bool) {
            self.model = model
            self.isIdle = isIdle
        }
    }

    /// Makes a subject for a scenario, hands it over, and cleans up afterwards; a scenario that can't be had is left out.
    public typealias Maker =
        @Sendable (Scenario, @Sendable (Subject) async throws -> [String]) async throws -> [String]

    /// The kinds of failure that ``sortsFailures`` goes through.
    public static let failureKinds: [ModelFailureKind] = [
        .invalidRequest(parameter: nil), .contextTooLong, .overloaded(retryAfter: nil), .notAuthorized, .unknownModel,
        .unavailable,
    ]

    /// Checks the behaviour and returns what is wrong, in sentences; nothing where all is well.
    public func findings(with make: Maker) async throws -> [String] {
        switch self {
        case .endsOnce: return try await make(.answers) { try await Self.checkEnd($0) }
        case .accountsForTokens: return try await make(.answers) { try await Self.checkAccount($0) }
        case .stopsBeforeStopStrings: return try await make(.saysStopString) { try await Self.checkStop($0) }
        case .endsAtTokenLimit: return try await make(.isLimited) { try await Self.checkLimit($0) }
        case .endsWhenCancelled: return try await make(.neverEnds) { try await Self.checkCancellation($0) }
        case .endsWhenDropped: return try await make(.neverEnds) { try await Self.checkDropping($0) }
        case .endsAtDeadline: return try await make(.neverEnds) { try await Self.checkDeadline($0, isSilent: false) }
        case .endsAtDeadlineInSilence:
            return try await make(.neverBegins) { try await Self.checkDeadline($0, isSilent: true) }
        case .callsTools: return try await make(.callsTool) { try await Self.checkTools($0) }
        case .answersSeveralAtOnce: return try await make(.answers) { try await Self.checkSeveral($0) }
        case .countsTokens: return try await make(.answers) { try await Self.checkCounts($0) }
        case .sortsFailures:
            var findings: [String] = []
            for kind in Self.failureKinds {
                findings += try await make(.fails(kind)) { try await Self.checkFailure($0, kind) }
            }
            return findings
        }
    }
}
