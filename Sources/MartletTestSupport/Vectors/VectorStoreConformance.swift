public import MartletCore

/// What every vector store does, wherever it is: one table of behaviours for all of them.
///
/// A behaviour is checked against an empty store and reports what it finds wrong as sentences, so that any test library can
/// show them.
public enum VectorStoreConformance: String, Sendable, CaseIterable {
    /// Collections are made once, listed by name, and deleted with all that is in them.
    case keepsCollections
    /// Records come back as they were put in, and a later one takes the place of an earlier one.
    case keepsRecords
    /// Identifiers, filters, offsets and limits select, in the order of identifiers or of insertion.
    case selects
    /// Filters of fields accept what they describe.
    case filtersByFields
    /// Filters of texts accept what they describe.
    case filtersByText
    /// Deletion takes what it selects, says how much that was, and takes nothing where it is told nothing.
    case deletes
    /// The nearest by each distance, as brute force finds them.
    case findsNearest
    /// Filters come before ranking: as many matches as there can be.
    case filtersBeforeRanking
    /// Words rank texts, and both rankings are fused.
    case ranksByWords
    /// Wrong widths, empty identifiers and unknown collections are refused.
    case refuses
    /// A long random sequence of operations comes to what it comes to in a dictionary.
    case behavesAsDictionary

    /// Makes an empty store, hands it over, and cleans up afterwards.
    public typealias Maker = @Sendable (@Sendable (any VectorStore) async throws -> [String]) async throws -> [String]

    /// Checks the behaviour and returns what is wrong, in sentences; nothing where all is well.
    public func findings(with make: Maker) async throws -> [String] {
        try await make { store in
            var findings = Findings()
            switch self {
            case .keepsCollections: try await Self.checkCollections(store, &findings)
            case .keepsRecords: try await Self.checkRecords(store, &findings)
            case .selects: try await Self.checkSelections(store, &findings)
            case .filtersByFields: try await Self.checkFilters(Self.fieldFilters, store, &findings)
            case .filtersByText: try await Self.checkFilters(Self.textFilters, store, &findings)
            case .deletes: try await Self.checkDeletion(store, &findings)
            case .findsNearest: try await Self.checkNearest(store, &findings)
            case .filtersBeforeRanking: try await Self.checkFilteredRanking(store, &findings)
            case .ranksByWords: try await Self.checkWords(store, &findings)
            case .refuses: try await Self.checkRefusals(store, &findings)
            case .behavesAsDictionary: try await VectorOperations(seed: 7).check(store, &findings)
            }
            return findings.sentences
        }
    }
}

/// What was found wrong.
struct Findings {
    private(set) var sentences: [String] = []

    /// Notes a sentence where two values differ.
    mutating func expect<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) {
        if found != expected { sentences.append("\(what): \(found) instead of \(expected)") }
    }

    /// Notes a sentence where `body` doesn't throw an error with the code.
    mutating func expectError(
        _ code: VectorStoreError.Code,
        _ what: String,
        _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
            sentences.append("\(what): taken instead of refused with \(code)")
        } catch let error as VectorStoreError {
            expect(error.code, code, what)
            if error.message.isEmpty || error.remedy.isEmpty { sentences.append("\(what): an error without its words") }
        }
    }
}
