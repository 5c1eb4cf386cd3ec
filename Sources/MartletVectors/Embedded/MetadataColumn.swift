internal import GRDB
internal import MartletCore

/// The values of one field for all records of a collection, each different value once.
struct MetadataColumn: Sendable {
    /// For each slot the number of its value, from 1; 0 for none.
    private(set) var numbers: [UInt32] = []
    /// The values; number n is at n - 1.
    private(set) var values: [JSONValue] = []
    private var numberOfValue: [JSONValue: UInt32] = [:]

    init() {}

    /// Reads a field of all records.
    init(field: String, of collection: StoredCollection, in database: Database) throws {
        let statement = try database.cachedStatement(sql: "SELECT key, metadata FROM record WHERE key BETWEEN ? AND ?")
        let keys = collection.keys
        let rows = try Row.fetchCursor(statement, arguments: [keys.lowerBound, keys.upperBound])
        while let row = try rows.next() {
            set(try JSONObject(storedMetadata: row[1])[field], at: StoredCollection.slot(of: row[0]))
        }
    }

    /// Sets the value of a slot.
    ///
    /// A value that no slot has any more stays until as many have gathered as there are slots.
    mutating func set(_ value: JSONValue?, at slot: Int) {
        guard let value else {
            if slot < numbers.count { numbers[slot] = 0 }
            return
        }
        if slot >= numbers.count { numbers += Array(repeating: 0, count: slot + 1 - numbers.count) }
        if let number = numberOfValue[value] {
            numbers[slot] = number
        } else {
            if values.count > 2 * numbers.count + 1024 { forgetUnusedValues() }
            values.append(value)
            numberOfValue[value] = UInt32(values.count)
            numbers[slot] = UInt32(values.count)
        }
    }

    private mutating func forgetUnusedValues() {
        var next = MetadataColumn()
        for (slot, number) in numbers.enumerated() where number > 0 { next.set(values[Int(number) - 1], at: slot) }
        next.numbers += Array(repeating: 0, count: numbers.count - next.numbers.count)
        self = next
    }

    /// The slots whose value is accepted; `accepts` is asked once for each different value, and for none.
    func slots(among candidates: SlotSet, where accepts: (JSONValue?) throws -> Bool) rethrows -> SlotSet {
        let verdicts = try [accepts(nil)] + values.map { try accepts($0) }
        var result = candidates
        for slot in candidates.slots {
            let number = slot < numbers.count ? Int(numbers[slot]) : 0
            if !verdicts[number] { result[slot] = false }
        }
        return result
    }
}
