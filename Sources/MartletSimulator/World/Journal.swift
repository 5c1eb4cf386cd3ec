import MartletCore

/// What happened, numbered, for pages that watch; the oldest is forgotten.
struct Journal: Sendable {
    struct Entry: Sendable {
        var id: Int64
        var kind: String
        var data: JSONValue
    }

    private var entries: [Entry] = []
    private(set) var last: Int64 = 0
    private let capacity = 4096

    /// Begins behind an event.
    init(after last: Int64 = 0) {
        self.last = last
    }

    mutating func append(_ kind: String, _ data: JSONValue) {
        last += 1
        entries.append(Entry(id: last, kind: kind, data: data))
        // Trimmed by halves, so that appending costs O(1) on average.
        if entries.count >= 2 * capacity { entries.removeFirst(capacity) }
    }

    /// What came after an event; nil when some of it is forgotten.
    func entries(after id: Int64) -> ArraySlice<Entry>? {
        guard id <= last else { return nil }
        let first = entries.first?.id ?? last + 1
        guard id >= first - 1 else { return nil }
        return entries[(entries.startIndex + Int(id - first + 1))...]
    }
}
