import MartletCore

/// Which items of a partition are looked for.
public struct DynamoDBQuery: Sendable, Hashable {
    /// The partition.
    public var partition: String
    /// Which part of its order; nil for all of it.
    public var range: Range?
    /// Whether the other order is meant, which has only the items that have a place in it; of those just keys are given.
    public var isRanked: Bool
    /// Whether the last items come first.
    public var isDescending: Bool
    /// What the items found must be like; what is not is read all the same.
    public var filter: DynamoDBCondition?
    /// The attributes that are wanted beside the key; nil for all.
    public var names: [String]?
    /// The most items that are wanted; they are counted before the filter.
    public var limit: Int?

    /// A part of an order.
    public enum Range: Sendable, Hashable {
        /// What begins so.
        case prefix(String)
        /// From one to another, both included.
        case between(String, String)
    }

    /// Makes a query.
    public init(
        _ partition: String,
        _ range: Range? = nil,
        isRanked: Bool = false,
        isDescending: Bool = false,
        filter: DynamoDBCondition? = nil,
        names: [String]? = nil,
        limit: Int? = nil
    ) {
        self.partition = partition
        self.range = range
        self.isRanked = isRanked
        self.isDescending = isDescending
        self.filter = filter
        self.names = names
        self.limit = limit
    }

    func request(table: String) -> JSONObject {
        var placeholders = DynamoDBPlaceholders()
        var request: JSONObject = ["TableName": .string(table), "ConsistentRead": true]
        let partitionName = placeholders.name(DynamoDBKey.partitionName)
        var condition = "\(partitionName) = \(placeholders.value(.string(partition)))"
        if let range {
            let name = placeholders.name(isRanked ? DynamoDBTableDefinition.rankName : DynamoDBKey.sortName)
            switch range {
            case .prefix(let text): condition += " AND begins_with(\(name), \(placeholders.value(.string(text))))"
            case .between(let low, let high):
                let (low, high) = (placeholders.value(.string(low)), placeholders.value(.string(high)))
                condition += " AND \(name) BETWEEN \(low) AND \(high)"
            }
        }
        request["KeyConditionExpression"] = .string(condition)
        if isRanked { request["IndexName"] = .string(DynamoDBTableDefinition.indexName) }
        if isDescending { request["ScanIndexForward"] = false }
        if let filter { request["FilterExpression"] = .string(filter.rendered(&placeholders)) }
        if let names {
            let keys = [DynamoDBKey.partitionName, DynamoDBKey.sortName]
            let wanted = (keys + names).map { placeholders.name($0) }
            request["ProjectionExpression"] = .string(wanted.joined(separator: ", "))
        }
        placeholders.apply(to: &request)
        return request
    }
}
