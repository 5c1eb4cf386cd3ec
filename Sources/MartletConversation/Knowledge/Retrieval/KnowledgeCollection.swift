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
    /// How documents are cut, as ``DocumentSplitter/description`` says it.
    public var splitting: String?
    /// The first values of the vector of ``EmbedderProbe/text``; empty where nobody noted them.
    var probe: [Float] = []

    /// Makes a description.
    public init(
        name: String = standardName,
        embedder: String? = nil,
        embedderPlace: String? = nil,
        roles: EmbeddingRoles = EmbeddingRoles(),
        width: Int? = nil,
        splitting: String? = nil
    ) {
        self.name = name
        self.embedder = embedder
        self.embedderPlace = embedderPlace
        self.roles = roles
        self.width = width
        self.splitting = splitting
    }

    private enum Key {
        static let version = "martlet_knowledge"
        static let embedder = "embedder"
        static let place = "embedder_place"
        static let question = "question_instruction"
        static let passage = "passage_instruction"
        static let splitting = "splitting"
        static let probe = "embedder_probe"
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
            width: collection.width,
            splitting: metadata[Key.splitting]?.string
        )
        probe = metadata[Key.probe]?.string.flatMap { Base64.decodeVector($0.utf8) } ?? []
    }

    /// The collection as a store makes it.
    var made: VectorCollection {
        var metadata: JSONObject = [Key.version: 1]
        metadata[Key.embedder] = embedder.map { .string($0) }
        metadata[Key.place] = embedderPlace.map { .string($0) }
        metadata[Key.question] = roles.question.map { .string($0) }
        metadata[Key.passage] = roles.passage.map { .string($0) }
        metadata[Key.splitting] = splitting.map { .string($0) }
        if !probe.isEmpty { metadata[Key.probe] = .string(String(decoding: Base64.encode(probe), as: UTF8.self)) }
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

    /// Makes sure that a model is the one whose vectors the collection holds: by its name, its width, and a vector.
    /// - Throws: ``KnowledgeError`` for another one, and what the model throws.
    func check(_ given: (any Embedder)?) async throws {
        try check(given?.information)
        guard let given, !probe.isEmpty else { return }
        guard try await EmbedderProbe.of(given).isLike(probe) else {
            throw KnowledgeError(
                .otherEmbedder,
                "The documents were indexed with another embedding model that is called '\(given.information.name)', too: "
                    + "its vectors are others. Give the model that the index was made with"
                    + "\(embedderPlace.map { ", which was at \($0)" } ?? ""), or index the documents into another file."
            )
        }
    }

    private func check(_ given: EmbedderInformation?) throws {
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
