internal import FoundationEssentials
internal import GRDB
internal import MartletCore

/// Finds the records that a filter accepts: fields by their columns in memory, texts in the file, and those last.
struct FilterEvaluation {
    let collection: StoredCollection
    let state: CollectionIndex.State
    let database: Database

    /// The slots among `candidates` that the filter accepts.
    func slots(_ filter: VectorFilter, among candidates: SlotSet) throws -> SlotSet {
        switch filter {
        case .all(let filters):
            var result = candidates
            // Texts are read only for what the fields leave.
            for part in filters.filter({ !$0.readsText }) + filters.filter(\.readsText) {
                result = try slots(part, among: result)
            }
            return result
        case .any(let filters):
            var result = SlotSet()
            var rest = candidates
            for part in filters.filter({ !$0.readsText }) + filters.filter(\.readsText) {
                let accepted = try slots(part, among: rest)
                result.formUnion(accepted)
                rest.subtract(accepted)
            }
            return result
        case .not(let part):
            var result = candidates
            result.subtract(try slots(part, among: candidates))
            return result
        case .textContains, .textMatches:
            return try slotsByText(filter, among: candidates)
        default:
            guard let field = filter.field, let column = state.columns[field] else { return candidates }
            return column.slots(among: candidates, where: filter.fieldTest())
        }
    }

    /// Reads the candidates' texts, one after another.
    private func slotsByText(_ filter: VectorFilter, among candidates: SlotSet) throws -> SlotSet {
        var result = SlotSet()
        if candidates.isEmpty { return result }
        let accepts = try filter.textTest()
        let statement = try database.cachedStatement(
            sql: "SELECT key, text FROM record WHERE key BETWEEN ? AND ? AND text IS NOT NULL"
        )
        let keys = collection.keys
        let rows = try Row.fetchCursor(statement, arguments: [keys.lowerBound, keys.upperBound])
        while let row = try rows.next() {
            let slot = StoredCollection.slot(of: row[0])
            guard candidates[slot] else { continue }
            try row.withUnsafeData(atIndex: 1) { data in
                if (data ?? Data()).withUnsafeBytes({ accepts($0) }) { result[slot] = true }
            }
        }
        return result
    }
}

extension VectorFilter {
    /// Whether any part of it looks at the text.
    fileprivate var readsText: Bool {
        switch self {
        case .textContains, .textMatches: true
        case .all(let filters), .any(let filters): filters.contains(where: \.readsText)
        case .not(let filter): filter.readsText
        default: false
        }
    }

    /// The most parts of a filter, the values of its lists included.
    private static var maximumPartCount: Int { 10_000 }
    /// The most different fields.
    private static var maximumFieldCount: Int { 64 }
    /// How deep parts may lie in each other.
    private static var maximumDepth: Int { 64 }

    /// The fields that it names.
    /// - Throws: ``VectorStoreError`` with `tooLarge` for a filter with too many parts or fields, or too deep.
    func checkedFields() throws -> Set<String> {
        var fields: Set<String> = []
        var partCount = 0
        try gather(&fields, &partCount, depth: 0)
        return fields
    }

    private func gather(_ fields: inout Set<String>, _ partCount: inout Int, depth: Int) throws {
        partCount += 1
        switch self {
        case .all(let filters), .any(let filters):
            for filter in filters where depth < Self.maximumDepth {
                try filter.gather(&fields, &partCount, depth: depth + 1)
            }
        case .not(let filter) where depth < Self.maximumDepth: try filter.gather(&fields, &partCount, depth: depth + 1)
        case .oneOf(let field, let values), .noneOf(let field, let values):
            fields.insert(field)
            partCount += values.count
        default: if let field { fields.insert(field) }
        }
        guard partCount <= Self.maximumPartCount, fields.count <= Self.maximumFieldCount, depth < Self.maximumDepth
        else {
            throw VectorStoreError(
                .tooLarge,
                "a filter has too many parts or fields, or goes too deep",
                remedy: """
                    Use at most \(Self.maximumPartCount) parts and values, \(Self.maximumFieldCount) fields and \
                    \(Self.maximumDepth) levels
                    """
            )
        }
    }
}
