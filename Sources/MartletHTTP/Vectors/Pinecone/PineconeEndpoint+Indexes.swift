import Hummingbird
import MartletCore

/// Indexes: listed, made, described, deleted.
extension PineconeEndpoint {
    /// All of them.
    func indexes(_ request: Request) async throws -> Response {
        let address = address(request)
        let all = PineconeIndex.all(try await vectors.store.collections())
        return Response(json: ["indexes": .array(all.map { $0.model(address: address) })])
    }

    /// One of them.
    func index(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        Response(json: try await index(context).model(address: address(request)))
    }

    /// Makes one.
    ///
    /// Where it should lie (`spec`, `deployment`) is read and has no meaning here: it lies in this server's store.
    func makeIndex(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let fields = try await readObject(request, context)
        let collection = try APIError.translating { () throws(RequestFault) in
            let name = try fields.required(Field("name", .text(1...45)))
            guard Self.isIndexName(name) else {
                let message =
                    "'name' must be of lower-case letters, digits and '-', with a letter or digit at both ends."
                throw RequestFault(.wrongValue, "name", message)
            }
            let (width, distance) = try shape(fields)
            let metadata = try tags(fields) ?? [:]
            try refuseProtection(fields)
            fields.accept("spec", "deployment", "read_capacity")
            for name in ["source_collection", "source_backup_id", "cmek_id", "embed"] {
                try fields.refuse(name, "Make an index of vectors, and put them in.")
            }
            try fields.finish()
            return VectorCollection(name: name, width: width, distance: distance, metadata: metadata)
        }
        guard try await vectors.collection(collection.name) == nil else {
            throw APIError.existing("Resource \(collection.name) already exists.")
        }
        try await vectors.store.makeCollection(collection)
        guard let made = PineconeIndex.all([collection]).first else { throw APIError.internal }
        return Response(status: .created, json: made.model(address: address(request)))
    }

    /// The width and measure, from `dimension` and `metric` or from a `schema` with the one field `_values`.
    private func shape(_ fields: RequestFields) throws(RequestFault) -> (width: Int, distance: VectorDistance) {
        let sparse = "Sparse vectors are not kept here. Make a dense index."
        if let type = try fields.value(Field("vector_type", .text())), type != "dense" {
            throw RequestFault(.unsupported, "vector_type", sparse)
        }
        var source = fields
        if let schema = try fields.fields("schema") {
            let declared = try schema.fields("fields")
            guard let declared, let values = try declared.fields("_values") else {
                throw RequestFault(
                    .unsupported,
                    "schema.fields",
                    "'schema.fields' must have the one field '_values'; other fields go into the metadata undeclared."
                )
            }
            try declared.refuse("_sparse_values", sparse)
            try declared.finish()
            try schema.finish()
            if let type = try values.value(Field("type", .text())), type != "dense_vector" {
                throw RequestFault(.unsupported, values.place(of: "type"), sparse)
            }
            values.accept("description")
            source = values
        }
        let width = try source.required(Field("dimension", .integer(in: 1...vectors.limits.width)))
        let metric = try source.value(Field("metric", .text()))?.lowercased() ?? "cosine"
        guard let found = PineconeIndex.metrics.first(where: { $0.name == metric }) else {
            let place = source.place(of: "metric")
            throw RequestFault(.wrongValue, place, "'\(place)' must be 'cosine', 'euclidean' or 'dotproduct'.")
        }
        if source !== fields { try source.finish() }
        return (width, found.distance)
    }

    private func tags(_ fields: RequestFields) throws(RequestFault) -> JSONObject? {
        guard let tags = try fields.value(Field("tags", .object)) else { return nil }
        guard tags.count <= 80 else {
            throw RequestFault(.longArray, "tags", "'tags' has more than 80 members.")
        }
        for tag in tags {
            let place = "tags.\(tag.name.prefix(64))"
            guard !tag.name.hasPrefix(VectorCollection.reservedPrefix) else {
                throw RequestFault(.wrongValue, place, "'\(place)' begins like what the server keeps.")
            }
            _ = try ValueKind<String>.text(0...512).read(tag.value, place)
        }
        return tags
    }

    private func refuseProtection(_ fields: RequestFields) throws(RequestFault) {
        guard try fields.value(Field("deletion_protection", .text())) ?? "disabled" != "disabled" else { return }
        throw RequestFault(
            .unsupported,
            "deletion_protection",
            "Indexes are not protected here. Give a key without the right to write to those who may not delete."
        )
    }

    /// Changes its tags.
    func changeIndex(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let index = try await index(context)
        let fields = try await readObject(request, context)
        let tags = try APIError.translating { () throws(RequestFault) in
            let tags = try self.tags(fields)
            try refuseProtection(fields)
            for name in ["spec", "deployment", "read_capacity", "schema", "embed"] {
                try fields.refuse(name, "An index's tags can be changed, and nothing else of it.")
            }
            try fields.finish()
            return tags
        }
        var changed = index.base
        if let tags {
            for tag in tags { changed.metadata[tag.name] = tag.value == "" ? nil : tag.value }
            try await vectors.store.changeCollection(changed.name, toName: changed.name, metadata: changed.metadata)
        }
        let model = PineconeIndex(base: changed, width: index.width, collections: index.collections)
        return Response(json: model.model(address: address(request)))
    }

    /// Deletes one with all its namespaces.
    func deleteIndex(_ context: APIRequestContext) async throws -> Response {
        let index = try await index(context)
        // The collection that bears the index's name goes last, so that a failure leaves something that can be deleted again.
        for collection in index.collections.reversed() {
            try await vectors.store.deleteCollection(collection.name)
        }
        return Response(status: .accepted)
    }

    private static func isIndexName(_ name: String) -> Bool {
        let isInner = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
        return isInner && !name.hasPrefix("-") && !name.hasSuffix("-")
    }
}
