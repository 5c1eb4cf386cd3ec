/// The vectors of texts that were read lately, the longest unused given up first.
struct VectorCache {
    private var places: [TextName: Int] = [:]
    private var entries: [(name: TextName, text: ReadText)] = []
    private var order: RecencyList
    private let capacity: Int

    /// Bytes of a vector's company: its name twice, its counts, the list's and the table's share.
    private static let entryByteCount = 224

    /// Makes a cache for vectors of one width.
    ///
    /// - Parameter byteLimit: Bytes that it may come to; what is too little for one vector remembers none.
    init(byteLimit: Int, width: Int) {
        let (bytes, overflow) = width.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
        capacity = overflow ? 0 : max(0, byteLimit) / (bytes + Self.entryByteCount)
        order = RecencyList(capacity: capacity)
    }

    /// Vectors that are remembered.
    var count: Int { entries.count }

    /// A text's vector, which counts as its use.
    mutating func find(_ name: TextName) -> ReadText? {
        guard let place = places[name] else { return nil }
        order.remove(place)
        order.append(place)
        return entries[place].text
    }

    /// Remembers a text's vector.
    mutating func insert(_ name: TextName, _ text: ReadText) {
        guard capacity > 0 else { return }
        if let place = places[name] {
            entries[place].text = text
            return
        }
        var place = entries.count
        if place < capacity {
            entries.append((name, text))
        } else if let oldest = order.removeOldest() {
            place = oldest
            places[entries[place].name] = nil
            entries[place] = (name, text)
        }
        places[name] = place
        order.append(place)
    }
}
