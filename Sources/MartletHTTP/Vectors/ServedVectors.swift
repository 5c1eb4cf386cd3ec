import MartletCore

/// A store as the endpoints use it: within bounds, and so that whoever reads a record to change it isn't overtaken.
struct ServedVectors: Sendable {
    /// Where the vectors are.
    let store: any VectorStore
    /// Bounds.
    let limits: VectorLimits
    private let turnstile: Turnstile

    /// Serves a store.
    init(_ store: any VectorStore, limits: VectorLimits, turnstile: Turnstile) {
        self.store = store
        self.limits = limits
        self.turnstile = turnstile
    }

    /// The collection of a name, or nil.
    ///
    /// - Complexity: O(collections).
    func collection(_ name: String) async throws -> VectorCollection? {
        try await store.collections().first { $0.name == name }
    }

    /// Runs `body` when nobody else writes to the collection.
    func writing<Value: Sendable>(
        to collection: String,
        _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        try await turnstile.pass(collection, body)
    }

    /// Checks that an answer keeps within its bounds.
    ///
    /// - Throws: 400 with the remedy.
    func checkAnswer(recordCount: Int, width: Int, _ remedy: String) throws(APIError) {
        guard recordCount <= limits.answerRecordCount else {
            throw .invalidRequest(
                "The answer would have \(recordCount) records, and at most \(limits.answerRecordCount) are given at once. "
                    + remedy
            )
        }
        guard recordCount.multipliedReportingOverflow(by: width).partialValue <= limits.answerValueCount else {
            throw .invalidRequest(
                "The answer would have \(recordCount) vectors of \(width) values, and at most \(limits.answerValueCount) "
                    + "values are given at once. " + remedy
            )
        }
    }
}
