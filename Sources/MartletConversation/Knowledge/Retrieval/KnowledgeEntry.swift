public import MartletCore

/// A document in a collection.
public struct KnowledgeEntry: Sendable, Hashable {
    /// Its path or address.
    public var location: String
    /// Its title.
    public var title: String
    /// The fingerprints of its states: more than one only after an interrupted run.
    public var fingerprints: Set<String>
    /// How many passages it has.
    public var passageCount: Int

    /// The documents of a collection, by their location.
    public static func all(
        of collection: KnowledgeCollection,
        in store: any VectorStore
    ) async throws -> [String: KnowledgeEntry] {
        let records = try await store.records(.everything, in: collection.name, fields: .metadata)
        return records.reduce(into: [:]) { entries, record in
            let location = record.metadata[Passage.Field.location]?.string ?? record.id
            let title = record.metadata[Passage.Field.title]?.string ?? location
            let fingerprint = record.metadata[Passage.Field.fingerprint]?.string
            var entry =
                entries[location]
                ?? KnowledgeEntry(location: location, title: title, fingerprints: [], passageCount: 0)
            if let fingerprint { entry.fingerprints.insert(fingerprint) }
            entry.passageCount += 1
            entries[location] = entry
        }
    }

    /// Stands between a fingerprint and the count of passages of a document that is written in several calls.
    private static let separator: Character = "#"

    /// A fingerprint as passages have it.
    /// - Parameter passageCount: How many passages there are, where a crash could leave some of them only.
    static func fingerprint(_ fingerprint: String, passageCount: Int?) -> String {
        passageCount.map { "\(fingerprint)\(separator)\($0)" } ?? fingerprint
    }

    /// Whether it is all of a document with a fingerprint, and nothing else.
    func isComplete(as fingerprint: String) -> Bool {
        guard fingerprints.count == 1, let own = fingerprints.first else { return false }
        let parts = own.split(separator: Self.separator, maxSplits: 1)
        guard parts.first.map({ $0 == fingerprint }) ?? false else { return false }
        return parts.count == 1 || Int(parts[1]) == passageCount
    }
}
