import MartletCore

/// The faults that are planned, and which of them the next call meets.
struct FaultPlan: Sendable {
    struct Entry: Sendable {
        var id: Int64
        /// nil is every method.
        var method: String?
        /// nil is every chat.
        var chat: Int64?
        var fault: SimulatedFault
        /// How many calls it lets pass first.
        var skipped: Int
        /// How many calls it still meets.
        var left: Int

        var json: JSONValue {
            var json: JSONObject = ["id": .integer(id)]
            if let method { json["method"] = .string(method) }
            if let chat { json["chat_id"] = .integer(chat) }
            json["fault"] = .string(fault.name)
            switch fault {
            case .tooManyRequests(let seconds): json["retry_after"] = .integer(seconds)
            case .status(let status): json["status"] = .integer(Int64(status))
            case .refusal(let status, let description):
                json["status"] = .integer(Int64(status))
                json["description"] = .string(description)
            default: break
            }
            json["left"] = .integer(Int64(left))
            return .object(json)
        }
    }

    private(set) var entries: [Entry] = []
    private var nextID: Int64 = 1

    /// Plans a fault for the calls `occurrence` and following, counted from now, from 1.
    mutating func add(_ fault: SimulatedFault, method: String?, chat: Int64?, at occurrence: Int, count: Int) -> Entry {
        let entry = Entry(
            id: nextID,
            method: method,
            chat: chat,
            fault: fault,
            skipped: max(0, occurrence - 1),
            left: max(0, count)
        )
        nextID += 1
        entries.append(entry)
        return entry
    }

    /// Takes one fault back, or all.
    /// - Returns: What was taken back.
    mutating func remove(_ id: Int64? = nil) -> [Entry] {
        let gone = entries.filter { id == nil || $0.id == id }
        entries.removeAll { id == nil || $0.id == id }
        return gone
    }

    /// Counts a call and tells which fault it meets: the first planned one whose turn it is.
    /// - Parameter isDelivery: Whether updates are being handed over, which faults of updates wait for and others do not.
    mutating func take(method: String, chat: Int64?, isDelivery: Bool = false) -> Entry? {
        var met: Entry?
        for index in entries.indices {
            let entry = entries[index]
            guard entry.method == nil || entry.method == method, entry.chat == nil || entry.chat == chat,
                isDelivery == (entry.fault == .duplicateUpdates || entry.fault == .reorderedUpdates)
            else { continue }
            if entry.skipped > 0 {
                entries[index].skipped -= 1
            } else if met == nil, entry.left > 0 {
                entries[index].left -= 1
                met = entries[index]
            } else if entry.left > 0 {
                // Occurrences are counted by calls, not by what other faults leave over.
                entries[index].left -= 1
            }
        }
        entries.removeAll { $0.left == 0 }
        return met
    }
}
