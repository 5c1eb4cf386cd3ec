/// Anything that keeps vectors and finds the nearest ones: the store in this process, or a server such as Chroma or Pinecone.
///
/// Collections are named; a record's identifier is unique in its collection. What a call has returned from is kept, whatever
/// happens to the process.
/// - Throws: Each method a ``VectorStoreError``, or the error of the way there.
public protocol VectorStore: Sendable {
    /// All collections, by name.
    func collections() async throws -> [VectorCollection]

    /// Makes a collection.
    /// - Throws: ``VectorStoreError`` with `exists` where there is one of that name.
    func makeCollection(_ collection: VectorCollection) async throws

    /// Gives a collection another name, other metadata, or both; its records, width and distance stay.
    /// - Throws: ``VectorStoreError`` with `notFound`, with `exists` where another one has that name, and with `unsupported`
    ///   where the store can't do it.
    func changeCollection(_ name: String, toName changedName: String, metadata: JSONObject) async throws

    /// Deletes a collection and all that is in it; one that isn't there is no error.
    func deleteCollection(_ name: String) async throws

    /// Puts records in, in the place of those with the same identifiers; all of them or none.
    func upsert(_ records: [VectorRecord], in collection: String) async throws

    /// Deletes records, so that nothing of them is left on disk; returns how many there were.
    ///
    /// A selection that names nothing deletes nothing.
    @discardableResult
    func delete(_ selection: VectorSelection, in collection: String) async throws -> Int

    /// The selected records, in the order of their identifiers as given, or of their insertion.
    func records(
        _ selection: VectorSelection,
        in collection: String,
        fields: VectorFields
    ) async throws -> [VectorRecord]

    /// How many records a selection comes to.
    func count(_ selection: VectorSelection, in collection: String) async throws -> Int

    /// The records that fit a query best, best first.
    func matches(_ query: VectorQuery, in collection: String) async throws -> [VectorMatch]
}

extension VectorStore {
    /// Refuses: a store that can do it says so itself.
    public func changeCollection(_ name: String, toName changedName: String, metadata: JSONObject) async throws {
        throw VectorStoreError(
            .unsupported,
            "this store can't change a collection",
            remedy: "Make another one, and put the records into it"
        )
    }
}

/// A named set of vectors of one width.
public struct VectorCollection: Sendable, Hashable {
    /// Its name: 1 to 512 characters.
    public var name: String
    /// Values of each vector; nil until the first record says it.
    public var width: Int?
    /// How far two vectors are from each other.
    public var distance: VectorDistance
    /// Whatever its maker notes of it.
    public var metadata: JSONObject

    /// Makes a description of a collection.
    public init(name: String, width: Int? = nil, distance: VectorDistance = .cosine, metadata: JSONObject = [:]) {
        self.name = name
        self.width = width
        self.distance = distance
        self.metadata = metadata
    }
}

/// How far two vectors are from each other; the smaller, the nearer.
public enum VectorDistance: String, Sendable, Hashable, CaseIterable {
    /// 1 - cosine similarity.
    case cosine
    /// The square of the Euclidean distance.
    case squaredEuclidean
    /// 1 - inner product.
    case innerProduct
}

/// A vector with what it stands for.
public struct VectorRecord: Sendable, Hashable {
    /// Its name in the collection: 1 to 512 bytes.
    public var id: String
    /// The vector, `[width]`; empty where it wasn't asked for.
    public var vector: [Float]
    /// The text that the vector stands for.
    public var text: String?
    /// Fields to filter by: strings, numbers, truth values, and lists of strings.
    public var metadata: JSONObject

    /// Makes a record.
    public init(id: String, vector: [Float], text: String? = nil, metadata: JSONObject = [:]) {
        self.id = id
        self.vector = vector
        self.text = text
        self.metadata = metadata
    }
}

/// Which parts of records are wanted.
public struct VectorFields: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: Int

    /// Makes a set from its bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The vectors.
    public static let vector = VectorFields(rawValue: 1)
    /// The texts.
    public static let text = VectorFields(rawValue: 2)
    /// The metadata.
    public static let metadata = VectorFields(rawValue: 4)
    /// All of these.
    public static let all: VectorFields = [.vector, .text, .metadata]
}
