public import MartletCore

/// A collection of a vector store that holds documents' passages.
///
/// What it was made with stands in its metadata, so that nobody asks it with vectors of another model.
public struct KnowledgeCollection: Sendable, Hashable {
    /// The name that is used where nobody gives one.
    public static let standardName = "documents"

    /// Its name in the store.
    public var name: String
    /// The embedding model's name; nil where passages are found by words alone.
    public var embedder: String?
    /// Where that model was found when the collection was made: a path, a name, an address.
    public var embedderPlace: String?
    /// What goes with texts that are embedded.
    public var roles: EmbeddingRoles
    /// Values of each vector.
    public var width: Int?

    /// Makes a description.
    public init(
        name: String = standardName,
        embedder: String? = nil,
        embedderPlace: String? = nil,
        roles: EmbeddingRoles = EmbeddingRoles(),
        width: Int? = nil
    ) {
        self.name = name
        self.embedder = embedder
        self.embedderPlace = embedderPlace
        self.roles = roles
        self.width = width
    }

    private enum Key {
        static let version = "martlet_knowledge"
        static let embedder = "embedder"
        static let place = "embedder_place"
        static let question = "question_instruction"
        static let passage = "passage_instruction"
    }

    /// The description of a store's collection.
    /// - Throws: ``KnowledgeError`` for a collection of something else.
    init(_ collection: VectorCollection) throws {
        let metadata = collection.metadata
        guard metadata[Key.version]?.integer == 1 else {
            throw KnowledgeError(
                .foreign,
                "The collection '\(collection.name)' was not made by martlet index. Name another with --collection."
            )
        }
        self.init(
            name: collection.name,
            embedder: metadata[Key.embedder]?.string,
            embedderPlace: metadata[Key.place]?.string,
            roles: EmbeddingRoles(
                question: metadata[Key.question]?.string,
                passage: metadata[Key.passage]?.string
            ),
            width: collection.width
        )
    }

    /// The collection as a store makes it.
    var made: VectorCollection {
        var metadata: JSONObject = [Key.version: 1]
        metadata[Key.embedder] = embedder.map { .string($0) }
        metadata[Key.place] = embedderPlace.map { .string($0) }
        metadata[Key.question] = roles.question.map { .string($0) }
        metadata[Key.passage] = roles.passage.map { .string($0) }
        return VectorCollection(name: name, width: width, distance: .cosine, metadata: metadata)
    }

    /// The collections of documents in a store.
    public static func all(in store: some VectorStore) async throws -> [KnowledgeCollection] {
        try await store.collections().compactMap { try? KnowledgeCollection($0) }
    }

    /// A collection of documents in a store; nil where there is none of the name.
    public static func find(_ name: String, in store: any VectorStore) async throws -> KnowledgeCollection? {
        try await store.collections().first { $0.name == name }.map { try KnowledgeCollection($0) }
    }

    /// Makes sure that a model is the one whose vectors the collection holds.
    func check(_ given: EmbedderInformation?) throws {
        switch (embedder, given) {
        case (nil, nil): return
        case (let own?, let given?) where own == given.name && (width == nil || width == given.width): return
        case (let own?, let given?):
            throw KnowledgeError(
                .otherEmbedder,
                "The documents were indexed with the embedding model '\(own)' (\(width.map { "\($0)" } ?? "?") values), and "
                    + "'\(given.name)' (\(given.width) values) was given: vectors of two models can't be compared. Give "
                    + "'\(own)', or index the documents into another file."
            )
        case (let own?, nil):
            throw KnowledgeError(
                .embedderNeeded,
                "The documents were indexed with the embedding model '\(own)', and there is none. Give it with --embedder."
            )
        case (nil, let given?):
            throw KnowledgeError(
                .otherEmbedder,
                "The documents were indexed without an embedding model, and '\(given.name)' was given. Leave it out, or "
                    + "index the documents with it into another file."
            )
        }
    }
}
