import MartletCore

/// How a client wants a collection to be searched: its `configuration`.
///
/// The space becomes the collection's distance. The rest tunes an approximate index; as searches here are exact it changes
/// nothing, and is kept only to be given back, as is the embedding function, which clients look up by what they find here.
struct ChromaConfiguration: Sendable, Hashable {
    /// What is kept: `hnsw` without its space, and `embedding_function`.
    private(set) var noted: JSONObject
    /// The space that was asked for.
    private(set) var space: VectorDistance?

    /// The names of the spaces.
    static let spaces: [(name: String, distance: VectorDistance)] = [
        ("l2", .squaredEuclidean), ("cosine", .cosine), ("ip", .innerProduct),
    ]

    private static let standard: JSONObject = [
        "ef_construction": 100, "ef_search": 100, "max_neighbors": 16, "resize_factor": 1.2, "sync_threshold": 1000,
    ]
    private static let hnswNames = standard.names + ["num_threads", "batch_size"]
    private static let spannNames = [
        "search_nprobe", "write_nprobe", "ef_construction", "ef_search", "max_neighbors", "reassign_neighbor_count",
        "split_threshold", "merge_threshold",
    ]

    /// What a collection has noted.
    init(noted: JSONObject) {
        self.noted = noted
    }

    /// Reads a request's `configuration` or `new_configuration`.
    init(_ fields: RequestFields) throws(RequestFault) {
        noted = [:]
        let hnsw = try fields.fields("hnsw")
        let spann = try fields.fields("spann")
        if let hnsw, !hnsw.isEmpty, let spann, !spann.isEmpty {
            throw RequestFault(.wrongValue, fields.place(of: "spann"), "Give 'hnsw' or 'spann', not both.")
        }
        for (section, names) in [(hnsw, Self.hnswNames), (spann, Self.spannNames)] {
            guard let section else { continue }
            if let text = try section.value(Field("space", .text(1...16))) {
                guard let found = Self.spaces.first(where: { $0.name == text }) else {
                    let place = section.place(of: "space")
                    throw RequestFault(.wrongValue, place, "'\(place)' must be 'l2', 'cosine' or 'ip'.")
                }
                space = found.distance
            }
            var kept: JSONObject = [:]
            for name in names {
                if let number = try section.value(Field(name, .number(in: 0...1e9))) {
                    kept[name] = Int64(exactly: number).map { .integer($0) } ?? .number(number)
                }
            }
            if section === hnsw, !kept.isEmpty { noted["hnsw"] = .object(kept) }
            try section.finish()
        }
        if let function = try fields.value(Field("embedding_function", .object)) {
            noted["embedding_function"] = .object(function)
        }
        try fields.finish()
    }

    /// What is kept, with what `other` has over it.
    func merging(_ other: ChromaConfiguration) -> ChromaConfiguration {
        var merged = noted.merging(other.noted)
        if let old = noted["hnsw"]?.object, let new = other.noted["hnsw"]?.object {
            merged["hnsw"] = .object(old.merging(new))
        }
        return ChromaConfiguration(noted: merged)
    }

    /// The `configuration_json` that clients get.
    func json(_ distance: VectorDistance) -> JSONValue {
        let space = Self.spaces.first { $0.distance == distance }?.name ?? "l2"
        var hnsw: JSONObject = ["space": .string(space)]
        hnsw.merge(Self.standard.merging(noted["hnsw"]?.object ?? [:]))
        return [
            "hnsw": .object(hnsw), "spann": .null, "embedding_function": noted["embedding_function"] ?? .null,
        ]
    }
}
