public import AsyncHTTPClient
public import MartletCore
import NIOHTTP1
import Synchronization

/// Collections of vectors on Pinecone, or on a server that speaks like it, as a store.
///
/// - Collection `I` is the index I with its default namespace; collection `I/N` is its namespace N, which is there once it has a
///   record. A name that Pinecone doesn't take (it wants 1 to 45 of `a-z0-9-`) is written in hexadecimal digits there.
/// - A record's text is the field `text` of its metadata there.
/// - Records are sent in batches; each is put in as a whole or not at all, and a failure between two leaves the first ones.
/// - A filter that Pinecone has no words for (texts, the opposite of less), identifiers and pages are applied here, to all
///   records, and the nearest of what they leave are found here.
/// - Pinecone itself shows what was written only after a while.
public final class PineconeStore: VectorStore {
    let server: VectorServer
    private let address: RemoteAddress
    private let placement: Placement
    private let known = Mutex<[String: Known]>([:])

    /// Where new indexes are made.
    public struct Placement: Sendable, Hashable {
        /// The cloud, such as `aws`.
        public var cloud: String
        /// Its region, such as `us-east-1`.
        public var region: String

        /// Names a place.
        public init(cloud: String = "aws", region: String = "us-east-1") {
            self.cloud = cloud
            self.region = region
        }
    }

    /// What is remembered of an index.
    struct Known: Sendable {
        var host: String
        var width: Int
        var distance: VectorDistance
    }

    /// A store on the server at an address.
    /// - Parameters:
    ///   - address: Where indexes are asked for; Pinecone's own unless another is given.
    ///   - key: Sent as `Api-Key`.
    ///   - client: Made with ``AsyncHTTPClient/HTTPClient/Configuration/vectorStores``.
    /// - Throws: ``VectorStoreError`` for an address that can't be called.
    public init(
        address: String = "https://api.pinecone.io",
        key: Secret?,
        placement: Placement = Placement(),
        client: HTTPClient,
        options: RemoteVectorOptions = RemoteVectorOptions()
    ) throws {
        self.address = try RemoteAddress(address, of: "Pinecone")
        self.placement = placement
        server = VectorServer(
            name: "Pinecone",
            client: client,
            key: key.map { (secret: $0, headers: [("api-key", "")]) },
            headers: [("x-pinecone-api-version", "2025-10")],
            options: options
        )
    }

    /// All collections, by name: indexes of dense vectors, and their namespaces that have records.
    public func collections() async throws -> [VectorCollection] {
        let models = try await server.call(.GET, "\(address.text)/indexes")["indexes"]?.array ?? []
        var all: [VectorCollection] = []
        for model in models {
            guard let index = PineconeModel.collection(model), let name = model["name"]?.string else { continue }
            all.append(index)
            for namespace in try await counts(try remember(model, as: name)).keys {
                guard !namespace.isEmpty, namespace != PineconeModel.defaultNamespace else { continue }
                var collection = index
                collection.name += "/\(namespace)"
                collection.metadata = [:]
                all.append(collection)
            }
        }
        return all.sorted { $0.name < $1.name }
    }

    /// Makes an index and waits until it is ready, or sees to it that a namespace's index is there.
    /// - Throws: ``VectorStoreError`` with `exists` where there is one of that name.
    public func makeCollection(_ collection: VectorCollection) async throws {
        let place = try PineconeModel.place(of: collection.name)
        guard place.namespace.isEmpty else { return try await checkNamespace(collection, place) }
        guard let width = collection.width else {
            throw VectorStoreError(
                .invalid,
                "Pinecone makes no index without knowing how many values its vectors have",
                remedy: "Give the collection its width"
            )
        }
        let body: JSONValue = [
            "name": .string(place.index),
            "dimension": .integer(Int64(width)),
            "metric": .string(PineconeModel.metric(collection.distance)),
            "vector_type": "dense",
            "deletion_protection": "disabled",
            "tags": .object(PineconeModel.tags(collection.metadata)),
            "spec": ["serverless": ["cloud": .string(placement.cloud), "region": .string(placement.region)]],
        ]
        var model = try await server.call(.POST, "\(address.text)/indexes", body)
        let end = ContinuousClock.now + .seconds(300)
        while model["status"]?["ready"]?.bool != true {
            guard ContinuousClock.now < end else {
                throw VectorStoreError(.unavailable, "the index is not ready yet", remedy: "Try again in some minutes")
            }
            try await Task.sleep(for: .seconds(1))
            model = try await describe(place.index)
        }
        _ = try remember(model, as: place.index)
    }

    private func checkNamespace(_ collection: VectorCollection, _ place: (index: String, namespace: String))
        async throws
    {
        try await using(place.index) { known in
            guard known.distance == collection.distance, known.width == collection.width ?? known.width else {
                throw VectorStoreError(
                    .invalid,
                    "the index of that namespace is of another width or distance",
                    remedy: "Use the index's own, or another index"
                )
            }
            guard try await counts(known)[place.namespace] == nil else {
                throw VectorStoreError(
                    .exists,
                    "there is a namespace of that name",
                    remedy: "Use it, delete it, or choose another name"
                )
            }
        }
    }

    /// Deletes an index with all its namespaces, or the records of a namespace; one that isn't there is no error.
    public func deleteCollection(_ name: String) async throws {
        let place = try PineconeModel.place(of: name)
        do {
            if place.namespace.isEmpty {
                known.withLock { $0[place.index] = nil }
                _ = try await server.call(.DELETE, "\(address.text)/indexes/\(place.index)")
            } else {
                let body: JSONValue = ["deleteAll": true, "namespace": .string(place.namespace)]
                try await using(place.index) { known in
                    _ = try await server.call(.POST, "\(known.host)/vectors/delete", body)
                }
            }
        } catch let error as VectorStoreError where error.code == .notFound {
            // It is gone, which is what was wanted.
        }
    }

    /// How many records each namespace of an index has, by name.
    func counts(_ known: Known) async throws -> [String: Int] {
        let answer = try await server.call(.POST, "\(known.host)/describe_index_stats", [:])
        let namespaces = (answer["namespaces"]?.object ?? [:]).map { namespace in
            let name = namespace.name == PineconeModel.defaultNamespace ? "" : namespace.name
            return (name, Int(clamping: namespace.value["vectorCount"]?.integer ?? 0))
        }
        return Dictionary(namespaces) { first, _ in first }
    }

    /// Runs `body` with an index; once more where what was remembered of it is no longer so.
    func using<Value>(_ index: String, _ body: (Known) async throws -> Value) async throws -> Value {
        if let remembered = known.withLock({ $0[index] }) {
            do {
                return try await body(remembered)
            } catch let error as VectorStoreError where [.notFound, .unavailable].contains(error.code) {
                // It may have been deleted, or made anew at another host.
                known.withLock { $0[index] = nil }
            }
        }
        return try await body(try remember(try await describe(index), as: index))
    }

    private func describe(_ index: String) async throws -> JSONValue {
        try await server.call(.GET, "\(address.text)/indexes/\(index)")
    }

    /// Takes note of an index as the server describes it.
    private func remember(_ model: JSONValue, as index: String) throws -> Known {
        guard let collection = PineconeModel.collection(model), let width = collection.width,
            let host = model["host"]?.string
        else {
            throw VectorStoreError(
                .unsupported,
                "the index is none of dense vectors, or not ready yet",
                remedy: "Use another one, or wait"
            )
        }
        let checked = try RemoteAddress(host.contains("://") ? host : "https://\(host)", of: "the index")
        guard checked.isEncrypted || !address.isEncrypted else {
            throw VectorStoreError(
                .unavailable,
                "the index's host would be reached without encryption",
                remedy: "Have it served with TLS, as the indexes' own address is"
            )
        }
        let found = Known(host: checked.text, width: width, distance: collection.distance)
        known.withLock { $0[index] = found }
        return found
    }
}
