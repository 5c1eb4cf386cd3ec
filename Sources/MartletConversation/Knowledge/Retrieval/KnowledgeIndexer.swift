public import MartletCore

/// Puts documents into a collection, and takes them out.
///
/// A document's passages go in before those of its earlier state go out, and it counts as there when all of them are: whenever the
/// process dies, the next run tells what is left to do.
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

    private let store: any VectorStore
    private let embedder: (any Embedder)?
    /// The collection.
    public let collection: KnowledgeCollection
    private let splitter: DocumentSplitter

    /// Passages that are embedded in one request.
    private static let batchCount = 64
    /// Passages that are written in one call; a document of more has its count in its fingerprint.
    private static let writtenCount = 2000

    /// Opens a collection, or makes it.
    ///
    /// Where it is there and documents are to be cut, or texts to be introduced, otherwise than before, the collection says so from
    /// then on, and documents that are given again are taken in anew.
    /// - Parameters:
    ///   - embedderPlace: Where the model was found, so that it is found again without being named.
    ///   - roles: What goes with embedded texts; nil for what the collection says, or else what the model's makers recommend.
    ///   - splitter: How documents are cut.
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
            try await found.check(embedder)
            var changed = found
            changed.splitting = splitter.description
            if let roles { changed.roles = roles }
            if let embedderPlace { changed.embedderPlace = embedderPlace }
            if changed != found {
                try await store.changeCollection(name, toName: name, metadata: changed.made.metadata)
            }
            collection = changed
        } else {
            var new = KnowledgeCollection(
                name: name,
                embedder: embedder?.information.name,
                embedderPlace: embedder == nil ? nil : embedderPlace,
                roles: roles ?? embedder.map { EmbeddingRoles(of: $0.information) } ?? EmbeddingRoles(),
                width: embedder?.information.width ?? Self.wordsAlone.count,
                splitting: splitter.description
            )
            if let embedder { new.probe = try await EmbedderProbe.of(embedder).values }
            try await store.makeCollection(new.made)
            collection = new
        }
    }

    /// The vector of every passage where there is no model: a store wants one.
    private static let wordsAlone: [Float] = [1]

    /// The documents that are there, by their location.
    public func entries() async throws -> [String: KnowledgeEntry] {
        try await KnowledgeEntry.all(of: collection, in: store)
    }

    /// Whether a document is there as it is now.
    /// - Parameter fingerprint: The document's.
    public func isCurrent(_ entry: KnowledgeEntry?, fingerprint: String) -> Bool {
        entry?.isComplete(as: treated(fingerprint)) ?? false
    }

    /// Puts a document in, unless it is there as it is.
    /// - Parameter entry: What is known of it; nil where it isn't there.
    public func index(_ document: KnowledgeDocument, knownAs entry: KnowledgeEntry?) async throws -> Outcome {
        if isCurrent(entry, fingerprint: document.fingerprint) { return .unchanged }
        let passages = splitter.passages(of: document)
        let fingerprint = KnowledgeEntry.fingerprint(
            treated(document.fingerprint),
            passageCount: passages.count > Self.writtenCount ? passages.count : nil
        )
        for part in passages.parts(of: Self.writtenCount) {
            let vectors = try await vectors(of: part)
            let records = zip(part, vectors).map { $0.record(vector: $1, fingerprint: fingerprint) }
            try await store.upsert(records, in: collection.name)
        }
        if entry != nil { try await forget(document.location, but: passages.isEmpty ? nil : fingerprint) }
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

    /// A document's fingerprint together with how it is cut and introduced, where that isn't the usual.
    private func treated(_ fingerprint: String) -> String {
        var treatment: [String] = []
        if splitter.description != DocumentSplitter().description { treatment.append(splitter.description) }
        if let passage = collection.roles.passage { treatment.append(passage) }
        guard !treatment.isEmpty else { return fingerprint }
        let text = ([fingerprint] + treatment).joined(separator: "\u{0}")
        return KnowledgeDocument.fingerprint(of: Array(text.utf8))
    }

    @discardableResult
    private func forget(_ location: String, but fingerprint: String?) async throws -> Int {
        var filters: [VectorFilter] = [.equal(Passage.Field.location, .string(location))]
        if let fingerprint { filters.append(.notEqual(Passage.Field.fingerprint, .string(fingerprint))) }
        return try await store.delete(VectorSelection(filter: .all(filters)), in: collection.name)
    }

    private func vectors(of passages: ArraySlice<Passage>) async throws -> [[Float]] {
        guard let embedder else { return passages.map { _ in Self.wordsAlone } }
        var vectors: [[Float]] = []
        for batch in passages.parts(of: Self.batchCount) {
            try Task.checkCancellation()
            let request = EmbeddingRequest(
                batch.map { EmbeddingInput($0.searchText, instruction: collection.roles.passage) },
                cutsLongTexts: true
            )
            vectors += try await embedder.embed(request).vectors
        }
        return vectors
    }
}

extension RandomAccessCollection where Index == Int {
    /// Its elements in order, so many together at most.
    fileprivate func parts(of count: Int) -> [SubSequence] {
        stride(from: startIndex, to: endIndex, by: count).map { self[$0..<Swift.min($0 + count, endIndex)] }
    }
}
