import MartletCore

/// Presses, inline questions and mentions elsewhere that the bot may still answer.
struct QueryBook: Sendable {
    struct Query: Sendable {
        var kind: Kind
        var user: Int64
        var chat: Int64
        var message: Int64
        var expires: SimulatedDate
        var isAnswered = false
        /// What was asked, or the results of an answered inline question.
        var content: [JSONValue] = []
        var text = ""
    }

    enum Kind: Sendable, Hashable {
        case press, inline, guest
    }

    private var queries: [String: Query] = [:]
    private var order: [String] = []
    private var count = 0
    /// How many are remembered.
    private let capacity = 2000

    subscript(_ id: String) -> Query? {
        get { queries[id] }
        set { queries[id] = newValue }
    }

    /// Notes a question under an id of its own.
    /// - Returns: The id.
    mutating func add(_ query: Query) -> String {
        count += 1
        let id = "\(query.kind)-\(count)"
        queries[id] = query
        order.append(id)
        if order.count >= 2 * capacity {
            for old in order.prefix(capacity) { queries[old] = nil }
            order.removeFirst(capacity)
        }
        return id
    }
}
