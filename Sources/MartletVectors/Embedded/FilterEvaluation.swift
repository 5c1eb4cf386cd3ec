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
            return column.slots(among: candidates) { filter.accepts(value: $0) }
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

    /// The fields that it names.
    var fields: Set<String> {
        switch self {
        case .all(let filters), .any(let filters): filters.reduce(into: []) { $0.formUnion($1.fields) }
        case .not(let filter): filter.fields
        default: field.map { [$0] } ?? []
        }
    }
}
