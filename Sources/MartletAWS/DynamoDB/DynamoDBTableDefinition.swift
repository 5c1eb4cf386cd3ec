public import MartletCore

/// How the table is made, once: by ``create(on:settings:)``, and in templates as ``template(logicalName:)`` writes it.
///
/// Billed on demand. The one index is local, so that it can be read as consistently as the table: what is open of a bot's
/// updates, the turns of an event, lanes that are due. It needs no more than keys. A partition with such an index holds up to 10 GB.
public struct DynamoDBTableDefinition: Sendable, Hashable {
    /// The table's name.
    public var name: String
    /// Whether the table can be brought back to any moment of the last 35 days; that costs about as much as its storage.
    public var hasPointInTimeRecovery: Bool

    /// The attribute that gives an item a place in the other order.
    public static let rankName = "rank"
    /// The index of the other order.
    public static let indexName = "by_rank"
    /// The attribute that says when DynamoDB may delete an item, in seconds since 1970.
    public static let expiryName = "expires"

    /// Makes a definition.
    public init(name: String, hasPointInTimeRecovery: Bool = true) {
        self.name = name
        self.hasPointInTimeRecovery = hasPointInTimeRecovery
    }

    private static let partitionKey: JSONValue = [
        "AttributeName": .string(DynamoDBKey.partitionName), "KeyType": "HASH",
    ]

    /// What the table is made of, the same for the API and for templates.
    var schema: JSONObject {
        let names = [DynamoDBKey.partitionName, DynamoDBKey.sortName, Self.rankName]
        return [
            "AttributeDefinitions": .array(names.map { ["AttributeName": .string($0), "AttributeType": "S"] }),
            "KeySchema": [Self.partitionKey, ["AttributeName": .string(DynamoDBKey.sortName), "KeyType": "RANGE"]],
            "LocalSecondaryIndexes": [
                [
                    "IndexName": .string(Self.indexName),
                    "KeySchema": [Self.partitionKey, ["AttributeName": .string(Self.rankName), "KeyType": "RANGE"]],
                    "Projection": ["ProjectionType": "KEYS_ONLY"],
                ]
            ],
            "BillingMode": "PAY_PER_REQUEST",
        ]
    }

    /// The table as a resource of CloudFormation (and of SAM), an object with the member `logicalName`.
    ///
    /// Kept when the stack is deleted: it holds people's conversations. Encrypted as every table is, with a key of AWS's own.
    /// - Parameter tableName: The table's name or an expression for it; nil lets CloudFormation choose.
    public func template(logicalName: String, tableName: JSONValue? = nil) -> JSONObject {
        var properties = schema
        properties["TableName"] = tableName
        properties["TimeToLiveSpecification"] = ["AttributeName": .string(Self.expiryName), "Enabled": true]
        properties["PointInTimeRecoverySpecification"] = [
            "PointInTimeRecoveryEnabled": .bool(hasPointInTimeRecovery)
        ]
        let resource: JSONValue = [
            "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
            "Properties": .object(properties),
        ]
        return JSONObject([(logicalName, resource)])
    }
}

/// What the making of a table came to.
public enum DynamoDBTableSetup: Sendable, Hashable {
    /// It is there from now on.
    case created
    /// It was there, and is as it should be now.
    case found
}

extension DynamoDBTableDefinition {
    /// Makes the table where it is missing, and sees to it that it is as defined; it may be called as often as one likes.
    ///
    /// Returns when the table can be used.
    /// - Parameter patience: How long the table may take to become active.
    /// - Throws: ``AWSError``, also where a table of that name has other keys.
    public func create(
        on caller: any DynamoDBCalling,
        patience: Duration = .seconds(120)
    ) async throws -> DynamoDBTableSetup {
        let end = ContinuousClock.now + patience
        var outcome = DynamoDBTableSetup.found
        var table = try await described(on: caller)
        if table == nil {
            var request = schema
            request["TableName"] = .string(name)
            do {
                _ = try await call("CreateTable", .object(request), on: caller)
                outcome = .created
            } catch let error as AWSError where error.code == "ResourceInUseException" {
                // Somebody else made it in the meantime.
            }
            table = try await described(on: caller)
        }
        while table?["TableStatus"]?.string != "ACTIVE" {
            guard ContinuousClock.now < end else {
                throw AWSError(
                    code: AWSError.timedOut,
                    message: "the table \(name) does not become active",
                    remedy: "Look at it in the console, and try again"
                )
            }
            try await Task.sleep(for: .milliseconds(500))
            table = try await described(on: caller)
        }
        try check(table)
        try await enableExpiry(on: caller)
        if hasPointInTimeRecovery { try await enableRecovery(on: caller, until: end) }
        return outcome
    }

    private func described(on caller: any DynamoDBCalling) async throws -> JSONValue? {
        do {
            return try await call("DescribeTable", ["TableName": .string(name)], on: caller)["Table"]
        } catch let error as AWSError where error.code == "ResourceNotFoundException" {
            return nil
        }
    }

    /// A table of the same name that is something else is left alone.
    private func check(_ table: JSONValue?) throws {
        let index = table?["LocalSecondaryIndexes"]?.array?.first { $0["IndexName"]?.string == Self.indexName }
        guard Self.keys(table) == Self.keys(.object(schema)),
            Self.keys(index) == Self.keys(schema["LocalSecondaryIndexes"]?.array?.first)
        else {
            throw AWSError(
                code: AWSError.invalidRequest,
                message: "the table \(name) is there already, with other keys than Martlet's",
                remedy: "Choose another name, or delete that table if nothing needs it"
            )
        }
    }

    private static func keys(_ table: JSONValue?) -> [String: String] {
        Dictionary(
            (table?["KeySchema"]?.array ?? []).map { ($0["KeyType"]?.string ?? "", $0["AttributeName"]?.string ?? "") },
            uniquingKeysWith: { $1 }
        )
    }

    private func enableExpiry(on caller: any DynamoDBCalling) async throws {
        let table: JSONValue = .string(name)
        let known = try await call("DescribeTimeToLive", ["TableName": table], on: caller)["TimeToLiveDescription"]
        if ["ENABLED", "ENABLING"].contains(known?["TimeToLiveStatus"]?.string),
            known?["AttributeName"]?.string == Self.expiryName
        {
            return
        }
        let wanted: JSONValue = ["AttributeName": .string(Self.expiryName), "Enabled": true]
        _ = try await call("UpdateTimeToLive", ["TableName": table, "TimeToLiveSpecification": wanted], on: caller)
    }

    private func enableRecovery(on caller: any DynamoDBCalling, until end: ContinuousClock.Instant) async throws {
        let table: JSONValue = .string(name)
        let known = try await call("DescribeContinuousBackups", ["TableName": table], on: caller)
        let recovery = known["ContinuousBackupsDescription"]?["PointInTimeRecoveryDescription"]
        if recovery?["PointInTimeRecoveryStatus"]?.string == "ENABLED" { return }
        while true {
            do {
                let wanted: JSONValue = ["PointInTimeRecoveryEnabled": true]
                _ = try await call(
                    "UpdateContinuousBackups",
                    ["TableName": table, "PointInTimeRecoverySpecification": wanted],
                    on: caller
                )
                return
            } catch let error as AWSError
                where error.code == "ContinuousBackupsUnavailableException" && ContinuousClock.now < end
            {
                // A table that has just been made is not ready for it at once.
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func call(
        _ action: String,
        _ input: JSONValue,
        on caller: any DynamoDBCalling
    ) async throws -> JSONValue {
        try await caller.call(DynamoDBTable.operation(action), input, timeout: .seconds(20))
    }
}
