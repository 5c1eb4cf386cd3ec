public import MartletCore

/// Puts documents into a collection, and takes them out.
///
/// A document's passages go in all at once, before those of its earlier state go out: whenever the process dies, every document
/// is there as it is or as it was, and the next run tells which.
public struct KnowledgeIndexer: Sendable {
    /// What became of a document.
    public enum Outcome: Sendable, Hashable {
        /// It went in.
        case added(passageCount: Int)
        /// It went in, in the place of its earlier state.
        case replaced(passageCount: Int)
        /// It is there as it is.
        case unchanged
        /// It has no words.
        case empty
    }

    /// A document in a collection.
    public struct Entry: Sendable, Hashable {
        /// Its path or address.
        public var location: String
        /// Its title.
        public var title: String
        /// The fingerprints of its states: more than one only after an interrupted run.
        public var fingerprints: Set<String>
        /// How many passages it has.
        public var passageCount: Int
    }

    private let store: any VectorStore
    private let embedder: (any Embedder)?
    /// The collection.
    public let collection: KnowledgeCollection
    private let splitter: DocumentSplitter

    /// Passages that are embedded in one request.
    private static let batchCount = 64

    /// Opens a collection, or makes it.
    /// - Parameters:
    ///   - embedderPlace: Where the model was found, so that it is found again without being named.
    ///   - roles: What goes with embedded texts; nil for what the model's makers recommend.
    /// - Throws: ``KnowledgeError`` where the collection was made with another model.
    public init(
        _ name: String = KnowledgeCollection.standardName,
        in store: any VectorStore,
        embedder: (any Embedder)?,
        embedderPlace: String? = nil,
        roles: EmbeddingRoles? = nil,
        splitter: DocumentSplitter = DocumentSplitter()
    ) async throws {
        self.store = store
        self.embedder = embedder
        self.splitter = splitter
        if let found = try await KnowledgeCollection.find(name, in: store) {
            try found.check(embedder?.information)
            collection = found
        } else {
            let new = KnowledgeCollection(
                name: name,
                embedder: embedder?.information.name,
                embedderPlace: embedder == nil ? nil : embedderPlace,
                roles: roles ?? embedder.map { EmbeddingRoles(of: $0.information) } ?? EmbeddingRoles(),
                width: embedder?.information.width ?? Self.wordsAlone.count
            )
            try await store.makeCollection(new.made)
            collection = new
        }
    }

    /// The vector of every passage where there is no model: a store wants one.
    private static let wordsAlone: [Float] = [1]

    /// The documents that are there, by their location.
    public func entries() async throws -> [String: Entry] {
        try await Self.entries(of: collection, in: store)
    }

    /// The documents of a collection, by their location.
    public static func entries(
        of collection: KnowledgeCollection,
        in store: any VectorStore
    ) async throws -> [String: Entry] {
        let records = try await store.records(.everything, in: collection.name, fields: .metadata)
        return records.reduce(into: [:]) { entries, record in
            let location = record.metadata[Passage.Field.location]?.string ?? record.id
            let title = record.metadata[Passage.Field.title]?.string ?? location
            var entry =
                entries[location] ?? Entry(location: location, title: title, fingerprints: [], passageCount: 0)
            if let fingerprint = record.metadata[Passage.Field.fingerprint]?.string {
                entry.fingerprints.insert(fingerprint)
            }
            entry.passageCount += 1
            entries[location] = entry
        }
    }

    /// Puts a document in, unless it is there as it is.
    /// - Parameter entry: What is known of it; nil where it isn't there.
    public func index(_ document: KnowledgeDocument, knownAs entry: Entry?) async throws -> Outcome {
        if entry?.fingerprints == [document.fingerprint] { return .unchanged }
        let passages = splitter.passages(of: document)
        if !passages.isEmpty {
            let vectors = try await vectors(of: passages)
            let records = zip(passages, vectors).map { $0.record(vector: $1, fingerprint: document.fingerprint) }
            try await store.upsert(records, in: collection.name)
        }
        if entry != nil { try await forget(document.location, but: passages.isEmpty ? nil : document.fingerprint) }
        if passages.isEmpty { return .empty }
        return entry == nil ? .added(passageCount: passages.count) : .replaced(passageCount: passages.count)
    }

    /// Takes a document out; returns how many passages it had.
    @discardableResult
    public func remove(_ location: String) async throws -> Int {
        try await forget(location, but: nil)
    }

    /// Takes a document out of a collection, for which no model is needed; returns how many passages it had.
    @discardableResult
    public static func remove(
        _ location: String,
        from collection: KnowledgeCollection,
        in store: any VectorStore
    ) async throws -> Int {
        let selection = VectorSelection(filter: .equal(Passage.Field.location, .string(location)))
        return try await store.delete(selection, in: collection.name)
    }

    @discardableResult
    private func forget(_ location: String, but fingerprint: String?) async throws -> Int {
        var filters: [VectorFilter] = [.equal(Passage.Field.location, .string(location))]
        if let fingerprint { filters.append(.notEqual(Passage.Field.fingerprint, .string(fingerprint))) }
        return try await store.delete(VectorSelection(filter: .all(filters)), in: collection.name)
    }

    private func vectors(of passages: [Passage]) async throws -> [[Float]] {
        guard let embedder else { return passages.map { _ in Self.wordsAlone } }
        var vectors: [[Float]] = []
        for start in stride(from: 0, to: passages.count, by: Self.batchCount) {
            try Task.checkCancellation()
            let batch = passages[start..<min(start + Self.batchCount, passages.count)]
            let request = EmbeddingRequest(
                batch.map { EmbeddingInput($0.searchText, instruction: collection.roles.passage) },
                cutsLongTexts: true
            )
            vectors += try await embedder.embed(request).vectors
        }
        return vectors
    }
}
