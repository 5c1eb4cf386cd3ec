/// Indices in the order in which they were added, with removal from anywhere in constant time.
struct RecencyList {
    private var earlier: [Int?]
    private var later: [Int?]
    private var oldest: Int?
    private var newest: Int?
    /// How many indices are in the list.
    private(set) var count = 0

    /// Makes an empty list for indices below `capacity`.
    init(capacity: Int) {
        earlier = Array(repeating: nil, count: capacity)
        later = Array(repeating: nil, count: capacity)
    }

    /// Adds an index that isn't in the list as the newest.
    mutating func append(_ index: Int) {
        earlier[index] = newest
        later[index] = nil
        if let newest { later[newest] = index } else { oldest = index }
        newest = index
        count += 1
    }

    /// Takes out an index that is in the list.
    mutating func remove(_ index: Int) {
        let (before, after) = (earlier[index], later[index])
        if let before { later[before] = after } else { oldest = after }
        if let after { earlier[after] = before } else { newest = before }
        earlier[index] = nil
        later[index] = nil
        count -= 1
    }

    /// Takes out the index that has been in the list longest.
    mutating func removeOldest() -> Int? {
        guard let index = oldest else { return nil }
        remove(index)
        return index
    }
}
