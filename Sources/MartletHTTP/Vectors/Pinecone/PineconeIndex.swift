import MartletCore

/// An index: a collection of known width, with the collections that are its other namespaces.
struct PineconeIndex: Sendable {
    /// The collection that bears its name.
    let base: VectorCollection
    /// Values of each vector.
    let width: Int
    /// The collections of its namespaces, the default one first.
    let collections: [VectorCollection]

    /// What clients call the namespace that has no name.
    static let defaultNamespace = "__default__"

    /// The names of the measures.
    static let metrics: [(name: String, distance: VectorDistance)] = [
        ("cosine", .cosine), ("euclidean", .squaredEuclidean), ("dotproduct", .innerProduct),
    ]

    /// The indexes of a store: its collections without a slash in their names, once their width is known.
    static func all(_ collections: [VectorCollection]) -> [PineconeIndex] {
        collections.compactMap { base in
            guard !base.name.contains("/"), let width = base.width else { return nil }
            return PineconeIndex(
                base: base,
                width: width,
                collections: [base] + collections.filter { $0.name.hasPrefix("\(base.name)/") }
            )
        }
    }

    /// The measure's name.
    var metric: String { Self.metrics.first { $0.distance == base.distance }?.name ?? "cosine" }

    /// The name of a namespace's collection.
    func collectionName(_ namespace: String) -> String {
        namespace.isEmpty || namespace == Self.defaultNamespace ? base.name : "\(base.name)/\(namespace)"
    }

    /// The namespace that a collection is.
    func namespace(of collection: VectorCollection) -> String {
        collection.name == base.name ? Self.defaultNamespace : String(collection.name.dropFirst(base.name.count + 1))
    }

    /// How great the score of a distance is: what Pinecone gives for this measure.
    func score(_ distance: Float) -> Float {
        base.distance == .squaredEuclidean ? distance : 1 - distance
    }

    /// The index as clients see it, in the form of the API's version of 2026 and in the older one.
    ///
    /// - Parameter address: Where the server is, such as `http://127.0.0.1:8080`.
    func model(address: String) -> JSONValue {
        let dimension = JSONValue.integer(Int64(width))
        let tags = base.metadata.filter { member in
            member.value.string != nil && !member.name.hasPrefix(VectorCollection.reservedPrefix)
        }
        return [
            "name": .string(base.name),
            "host": .string("\(address)/indexes/\(PercentEncoding.encode(base.name))"),
            "status": ["ready": true, "state": "Ready"],
            "deletion_protection": "disabled",
            "tags": .object(JSONObject(tags.map { ($0.name, $0.value) })),
            "dimension": dimension,
            "metric": .string(metric),
            "vector_type": "dense",
            "spec": ["serverless": ["cloud": "aws", "region": "us-east-1"]],
            "schema": [
                "fields": [
                    "_values": ["type": "dense_vector", "dimension": dimension, "metric": .string(metric)]
                ]
            ],
            "deployment": ["deployment_type": "managed", "cloud": "aws", "region": "us-east-1"],
        ]
    }
}
