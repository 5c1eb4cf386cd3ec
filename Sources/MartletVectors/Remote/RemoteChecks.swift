import MartletCore

extension [VectorRecord] {
    /// Checks records before any of them is sent: identifiers, each once, and vectors of one width.
    func checkForServer(_ server: String, width: Int) throws {
        var seen: Set<String> = []
        for record in self {
            guard !record.id.isEmpty, record.id.utf8.count <= 512, seen.insert(record.id).inserted else {
                throw VectorStoreError(
                    .invalid,
                    "a record's identifier is empty, too long, or comes twice",
                    remedy: "Name each record with 1 to 512 bytes of its own"
                )
            }
            try record.vector.checkForServer(server, width: width)
        }
    }
}

extension [String] {
    /// Does something with these, so many at once.
    func inParts(of count: Int, _ body: (JSONValue) async throws -> Void) async throws {
        for start in stride(from: 0, to: self.count, by: count) {
            try await body(.array(self[start..<Swift.min(start + count, self.count)].map { .string($0) }))
        }
    }

    /// Each of these once, where it comes first.
    var unique: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}

extension [Float] {
    /// Checks a vector before it is sent.
    func checkForServer(_ server: String, width: Int?) throws {
        guard !isEmpty, count == width ?? count else {
            throw VectorStoreError(
                .invalid,
                "a vector has \(count) values, those of the collection \(width ?? 0)",
                remedy: "Use the model that the collection was made with, or another collection"
            )
        }
        guard allSatisfy(\.isFinite) else {
            throw VectorStoreError(
                .invalid,
                "a vector has a value that is no finite number",
                remedy: "Send finite values"
            )
        }
    }
}
