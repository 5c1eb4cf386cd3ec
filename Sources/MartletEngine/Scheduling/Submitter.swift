public import MartletCore

/// Names a job within one engine.
public struct JobID: Hashable, Sendable {
    /// Counts up from 1 in the order of arrival.
    public let rawValue: UInt64

    /// Wraps a number.
    public init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// On whose behalf a sequence is submitted.
public struct Submitter: Sendable, Hashable {
    /// The job that gets the sequence's logits.
    public var job: JobID
    /// Who goes first when there is more to do than fits.
    public var priority: GenerationRequest.Priority
    /// Who the sequence's rows are charged to; nil is somebody of its own.
    public var owner: String?

    /// Makes a submitter.
    public init(job: JobID, priority: GenerationRequest.Priority = .normal, owner: String? = nil) {
        self.job = job
        self.priority = priority
        self.owner = owner
    }
}
