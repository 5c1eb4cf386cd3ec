public import MartletCore

/// Calls DynamoDB; what stands between a table and the network.
public protocol DynamoDBCalling: Sendable {
    /// Calls an operation.
    /// - Throws: ``AWSError``; `CancellationError`.
    func call(_ operation: AWSOperation, _ input: JSONValue, timeout: Duration) async throws -> JSONValue
}

extension AWSClient: DynamoDBCalling {}

/// A table with partitions (`pk`), an order in each (`sk`), and another order of some items of a partition
/// (``DynamoDBTableDefinition/indexName``).
///
/// Reads are strongly consistent.
public struct DynamoDBTable: Sendable {
    /// The table's name.
    public let name: String
    /// Who calls DynamoDB.
    public let caller: any DynamoDBCalling
    /// The most items that one page may have; nil leaves it to DynamoDB, which ends pages at 1 MB.
    public var pageLimit: Int?
    /// How long a call may take, with its repetitions.
    public var timeout = Duration.seconds(10)

    /// Makes a table; nothing is asked of DynamoDB.
    public init(name: String, caller: any DynamoDBCalling, pageLimit: Int? = nil) {
        self.name = name
        self.caller = caller
        self.pageLimit = pageLimit
    }

    /// Reads an item.
    public func item(_ key: DynamoDBKey) async throws -> DynamoDBItem? {
        let answer = try await call(
            "GetItem",
            ["TableName": .string(name), "Key": DynamoDBValue.json(key.attributes), "ConsistentRead": true]
        )
        return answer["Item"]?.object.map(DynamoDBValue.members)
    }

    /// Reads items, as many as there are; the missing ones are left out.
    public func items(_ keys: some Collection<DynamoDBKey>) async throws -> [DynamoDBKey: DynamoDBItem] {
        var found: [DynamoDBKey: DynamoDBItem] = [:]
        for batch in Array(Set(keys)).pieces(of: 100) {
            var open: JSONValue = .array(batch.map { DynamoDBValue.json($0.attributes) })
            var pause = UnprocessedPause()
            while true {
                let request: JSONValue = .object([name: ["Keys": open, "ConsistentRead": true]])
                let answer = try await call("BatchGetItem", ["RequestItems": request])
                for item in answer["Responses"]?[name]?.array ?? [] {
                    let item = item.object.map(DynamoDBValue.members) ?? [:]
                    if let key = DynamoDBKey(of: item) { found[key] = item }
                }
                guard let rest = answer["UnprocessedKeys"]?[name]?["Keys"], rest.array?.isEmpty == false else { break }
                open = rest
                try await pause.wait()
            }
        }
        return found
    }

    /// Reads up to a hundred items as they are at one moment; the missing ones are left out.
    public func snapshot(_ keys: [DynamoDBKey]) async throws -> [DynamoDBKey: DynamoDBItem] {
        precondition(keys.count <= 100, "a snapshot has at most a hundred items")
        let gets = keys.map { key -> JSONValue in
            ["Get": ["TableName": .string(name), "Key": DynamoDBValue.json(key.attributes)]]
        }
        let answer = try await repeatingConflicts {
            try await call("TransactGetItems", ["TransactItems": .array(gets)])
        }
        var found: [DynamoDBKey: DynamoDBItem] = [:]
        for (key, response) in zip(keys, answer["Responses"]?.array ?? []) {
            found[key] = response["Item"]?.object.map(DynamoDBValue.members)
        }
        return found
    }

    /// Reads a page of a query.
    /// - Parameter start: What the page before ended with; nil for the first.
    /// - Returns: The items, and where the next page begins, nil where there is none.
    func page(_ query: DynamoDBQuery, after start: JSONValue?) async throws -> (items: [DynamoDBItem], end: JSONValue?)
    {
        var request = query.request(table: name)
        request["Limit"] = [query.limit, pageLimit].compactMap { $0 }.min().map { .integer(Int64($0)) }
        request["ExclusiveStartKey"] = start
        let answer = try await call("Query", .object(request))
        let items = (answer["Items"]?.array ?? []).compactMap { $0.object.map(DynamoDBValue.members) }
        let end = answer["LastEvaluatedKey"]
        return (items, end?.object?.isEmpty == false ? end : nil)
    }

    /// Reads page after page until there is none, or `body` has enough.
    /// - Parameter body: Gets a page's items; true asks for the next page.
    public func forEachPage(
        of query: DynamoDBQuery,
        _ body: (_ items: [DynamoDBItem]) async throws -> Bool
    ) async throws {
        var start: JSONValue?
        repeat {
            let page = try await page(query, after: start)
            guard try await body(page.items) else { return }
            start = page.end
        } while start != nil
    }

    /// Reads all that a query finds; at most its limit where it has one.
    public func all(_ query: DynamoDBQuery) async throws -> [DynamoDBItem] {
        var found: [DynamoDBItem] = []
        try await forEachPage(of: query) { items in
            found += items
            return found.count < query.limit ?? .max
        }
        return query.limit.map { Array(found.prefix($0)) } ?? found
    }

    /// Reads the whole table for the items that are so.
    /// - Parameter names: The attributes that are wanted beside the key.
    public func forEachItem(
        where filter: DynamoDBCondition,
        names: [String],
        _ body: (DynamoDBItem) async throws -> Void
    ) async throws {
        var placeholders = DynamoDBPlaceholders()
        var request: JSONObject = ["TableName": .string(name), "ConsistentRead": true]
        request["FilterExpression"] = .string(filter.rendered(&placeholders))
        let wanted = ([DynamoDBKey.partitionName, DynamoDBKey.sortName] + names).map { placeholders.name($0) }
        request["ProjectionExpression"] = .string(wanted.joined(separator: ", "))
        request["Limit"] = pageLimit.map { .integer(Int64($0)) }
        placeholders.apply(to: &request)
        while true {
            let answer = try await call("Scan", .object(request))
            for item in answer["Items"]?.array ?? [] {
                try await body(item.object.map(DynamoDBValue.members) ?? [:])
            }
            guard let end = answer["LastEvaluatedKey"], end.object?.isEmpty == false else { return }
            request["ExclusiveStartKey"] = end
        }
    }

    func call(_ action: String, _ input: JSONValue) async throws -> JSONValue {
        try await caller.call(Self.operation(action), input, timeout: timeout)
    }

    /// Everything here may be done twice: reads, and writes with conditions or tokens that a repetition does not pass, or of
    /// which the caller sees what became.
    static func operation(_ action: String) -> AWSOperation {
        AWSOperation(service: "dynamodb", target: "DynamoDB_20120810.\(action)", jsonVersion: "1.0", isIdempotent: true)
    }
}

extension Array {
    /// The elements in pieces of at most `count`.
    package func pieces(of count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }
}
