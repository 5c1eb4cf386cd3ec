import FoundationEssentials
import MartletCore

/// A change of one item.
public enum DynamoDBWrite: Sendable, Hashable {
    /// The item is so from now on, whatever it was.
    case put(DynamoDBItem, if: DynamoDBCondition? = nil)
    /// Some of its attributes change; it is made where it is missing.
    case update(DynamoDBKey, DynamoDBUpdate, if: DynamoDBCondition? = nil)
    /// It goes, if it is there.
    case delete(DynamoDBKey, if: DynamoDBCondition? = nil)
    /// It stays; the transaction holds only while it is so.
    case check(DynamoDBKey, DynamoDBCondition)

    /// The item that it is about.
    public var key: DynamoDBKey {
        switch self {
        case .put(let item, _): DynamoDBKey(of: item) ?? DynamoDBKey("", "")
        case .update(let key, _, _), .delete(let key, _), .check(let key, _): key
        }
    }

    /// The operation's name by itself and in a transaction, and what both are given.
    func request(table: String) -> (action: String, word: String, request: JSONObject) {
        var placeholders = DynamoDBPlaceholders()
        var request: JSONObject = ["TableName": .string(table)]
        let (action, word): (String, String)
        var condition: DynamoDBCondition?
        switch self {
        case .put(let item, let asked):
            (action, word, condition) = ("PutItem", "Put", asked)
            request["Item"] = DynamoDBValue.json(item)
        case .update(let key, let update, let asked):
            (action, word, condition) = ("UpdateItem", "Update", asked)
            request["Key"] = DynamoDBValue.json(key.attributes)
            request["UpdateExpression"] = update.rendered(&placeholders).map { .string($0) }
        case .delete(let key, let asked):
            (action, word, condition) = ("DeleteItem", "Delete", asked)
            request["Key"] = DynamoDBValue.json(key.attributes)
        case .check(let key, let asked):
            (action, word, condition) = ("ConditionCheck", "ConditionCheck", asked)
            request["Key"] = DynamoDBValue.json(key.attributes)
        }
        if let condition {
            request["ConditionExpression"] = .string(condition.rendered(&placeholders))
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        }
        placeholders.apply(to: &request)
        return (action, word, request)
    }
}

/// An item was not as its write asked; nothing was changed.
public struct DynamoDBRefusal: Error, Sendable, CustomStringConvertible {
    /// The writes that were refused, by their place, with the items as they are; a missing item is empty.
    public var items: [Int: DynamoDBItem]

    /// The item that refused a single write.
    public var item: DynamoDBItem { items[0] ?? [:] }
    /// Nothing of the items.
    public var description: String { "conditions of DynamoDB writes do not hold: \(items.keys.sorted())" }
}

extension DynamoDBTable {
    /// What a write gives back.
    public enum Returned: String, Sendable {
        /// Nothing.
        case nothing = "NONE"
        /// The whole item as it is afterwards.
        case item = "ALL_NEW"
        /// The attributes that changed, as they are afterwards.
        case changes = "UPDATED_NEW"
        /// The attributes that changed, as they were before.
        case replaced = "UPDATED_OLD"
        /// The whole item as it was before.
        case before = "ALL_OLD"
    }

    /// Changes one item.
    /// - Throws: ``DynamoDBRefusal`` where its condition does not hold.
    @discardableResult
    public func write(_ write: DynamoDBWrite, returning: Returned = .nothing) async throws -> DynamoDBItem {
        var (action, _, request) = write.request(table: name)
        precondition(action != "ConditionCheck", "a check alone is no write")
        if returning != .nothing { request["ReturnValues"] = .string(returning.rawValue) }
        do {
            let answer = try await repeatingConflicts { try await call(action, .object(request)) }
            return answer["Attributes"]?.object.map(DynamoDBValue.members) ?? [:]
        } catch let error as AWSError where error.code == "ConditionalCheckFailedException" {
            throw DynamoDBRefusal(items: [0: error.details["Item"]?.object.map(DynamoDBValue.members) ?? [:]])
        }
    }

    /// The most items and bytes that one transaction takes, with some room for the protocol.
    public static let transactionLimit = (items: 100, bytes: 3 << 20)

    /// Makes all changes or none.
    ///
    /// One whose answer was lost is repeated with the same token, and done once.
    /// - Throws: ``DynamoDBRefusal`` where a condition does not hold.
    public func transact(_ writes: [DynamoDBWrite]) async throws {
        guard writes.count != 1 || writes[0].isCheck else {
            try await write(writes[0])
            return
        }
        precondition(writes.count <= Self.transactionLimit.items, "a transaction has at most a hundred items")
        let items = writes.map { write -> JSONValue in
            let (_, word, request) = write.request(table: name)
            return .object([word: .object(request)])
        }
        let token = UUID().uuidString
        do {
            _ = try await repeatingConflicts {
                try await call(
                    "TransactWriteItems",
                    ["TransactItems": .array(items), "ClientRequestToken": .string(token)]
                )
            }
        } catch let error as AWSError where error.code == "TransactionCanceledException" {
            let reasons = error.details["CancellationReasons"]?.array ?? []
            var refused: [Int: DynamoDBItem] = [:]
            for (index, reason) in reasons.enumerated() where reason["Code"]?.string == "ConditionalCheckFailed" {
                refused[index] = reason["Item"]?.object.map(DynamoDBValue.members) ?? [:]
            }
            guard !refused.isEmpty else { throw error }
            throw DynamoDBRefusal(items: refused)
        }
    }

    /// Puts and deletes items, each for itself and in no order; conditions are not looked at.
    public func batch(_ writes: [DynamoDBWrite]) async throws {
        for batch in writes.pieces(of: 25) {
            var open: JSONValue = .array(
                batch.map { write -> JSONValue in
                    switch write {
                    case .put(let item, _): ["PutRequest": ["Item": DynamoDBValue.json(item)]]
                    default: ["DeleteRequest": ["Key": DynamoDBValue.json(write.key.attributes)]]
                    }
                }
            )
            var pause = UnprocessedPause()
            while true {
                let answer = try await call("BatchWriteItem", ["RequestItems": .object([name: open])])
                guard let rest = answer["UnprocessedItems"]?[name], rest.array?.isEmpty == false else { break }
                open = rest
                try await pause.wait()
            }
        }
    }

    /// Repeats what lost against somebody else's transaction, with growing pauses, until it wins or takes too long.
    func repeatingConflicts(_ body: () async throws -> JSONValue) async throws -> JSONValue {
        let end = ContinuousClock.now + timeout
        var longest = Duration.milliseconds(10)
        while true {
            do {
                return try await body()
            } catch let error as AWSError where Self.isConflict(error) && ContinuousClock.now < end {
                try await Task.sleep(for: longest * Double.random(in: 0..<1))
                longest = min(longest * 2, .milliseconds(500))
            }
        }
    }

    private static func isConflict(_ error: AWSError) -> Bool {
        if error.code == "TransactionConflictException" || error.code == "TransactionInProgressException" {
            return true
        }
        guard error.code == "TransactionCanceledException" else { return false }
        let codes = (error.details["CancellationReasons"]?.array ?? []).compactMap { $0["Code"]?.string }
        return codes.contains("TransactionConflict") && !codes.contains("ConditionalCheckFailed")
    }
}

extension DynamoDBWrite {
    var isCheck: Bool {
        if case .check = self { true } else { false }
    }
}

/// Waits before the part of a batch that DynamoDB left is sent again, and gives up in the end.
struct UnprocessedPause {
    private var longest = Duration.milliseconds(50)
    private var count = 0

    mutating func wait() async throws {
        count += 1
        guard count <= 12 else {
            throw AWSError(
                code: "ProvisionedThroughputExceededException",
                message: "dynamodb: a batch stays unprocessed",
                remedy: "Try again later, or raise the table's capacity"
            )
        }
        try await Task.sleep(for: longest * Double.random(in: 0.5..<1))
        longest = min(longest * 2, .seconds(2))
    }
}
