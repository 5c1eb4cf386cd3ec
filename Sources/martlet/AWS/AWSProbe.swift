import MartletAWS
import MartletCore

/// Asks AWS without changing anything.
struct AWSProbe {
    private let client: AWSClient

    /// Codes with which a service says that one may not.
    private static let refusals: Set<String> = [
        "AccessDeniedException", "AccessDenied", "NotAuthorized", "UnauthorizedOperation",
    ]

    init(_ client: AWSClient) {
        self.client = client
    }

    /// A table as it is, or nil where there is none.
    /// - Throws: `AWSError`; `CancellationError`.
    func table(_ name: String) async throws -> JSONValue? {
        do {
            return try await call(dynamoDB("DescribeTable"), ["TableName": .string(name)])["Table"]
        } catch let error as AWSError where error.code == "ResourceNotFoundException" {
            return nil
        }
    }

    /// The actions on a table that a bot needs and this identity may not.
    /// - Throws: `AWSError` where the service cannot be asked; `CancellationError`.
    func missingTableRights(_ name: String) async throws -> [String] {
        let table: JSONValue = .string(name)
        let key: JSONValue = [
            DynamoDBKey.partitionName: ["S": "martlet aws check"], DynamoDBKey.sortName: ["S": "nothing"],
        ]
        // It holds for an item that is there, and this one never is.
        let condition: (String, JSONValue) = ("ConditionExpression", "attribute_exists(pk)")
        let writing = JSONObject([("TableName", table), ("Key", key), condition])
        let requests: [(String, JSONObject)] = [
            ("GetItem", ["TableName": table, "Key": key]),
            ("BatchGetItem", ["RequestItems": .object(JSONObject([(name, .object(["Keys": [key]]))]))]),
            (
                "Query",
                [
                    "TableName": table, "IndexName": .string(DynamoDBTableDefinition.indexName),
                    "KeyConditionExpression": "pk = :p",
                    "ExpressionAttributeValues": [":p": ["S": "martlet aws check"]],
                ]
            ),
            ("PutItem", JSONObject([("TableName", table), ("Item", key), condition])),
            ("UpdateItem", writing.merging(["UpdateExpression": "REMOVE nothing"])),
            ("DeleteItem", writing),
            ("TransactWriteItems", ["TransactItems": [["ConditionCheck": .object(writing)]]]),
            // It deletes what is not there.
            (
                "BatchWriteItem",
                ["RequestItems": .object(JSONObject([(name, .array([["DeleteRequest": ["Key": key]]]))]))]
            ),
        ]
        var missing: [String] = []
        for (action, input) in requests {
            let operation = dynamoDB(action)
            if try await isRefused({ try await call(operation, .object(input)) }) {
                missing.append(action == "TransactWriteItems" ? "dynamodb:ConditionCheckItem" : operation.action)
            }
        }
        return missing
    }

    /// The actions on a queue that front and worker need and this identity may not.
    /// - Throws: `AWSError` where the service cannot be asked; `CancellationError`.
    func missingQueueRights(_ queue: MessageQueue) async throws -> [String] {
        let url: JSONValue = .string(queue.url)
        // Each is refused for what it says where the identity may: nothing is sent, and no message has this receipt.
        let receipt: JSONValue = "martlet-aws-check"
        let requests: [(String, JSONObject)] = [
            ("SendMessage", ["QueueUrl": url, "MessageBody": ""]),
            ("DeleteMessage", ["QueueUrl": url, "ReceiptHandle": receipt]),
            ("ChangeMessageVisibility", ["QueueUrl": url, "ReceiptHandle": receipt, "VisibilityTimeout": 0]),
        ]
        var missing: [String] = []
        for (action, input) in requests {
            let operation = AWSOperation(service: "sqs", target: "AmazonSQS.\(action)", isIdempotent: true)
            if try await isRefused({ try await call(operation, .object(input)) }) { missing.append(operation.action) }
        }
        return missing
    }

    private func isRefused(_ request: () async throws -> JSONValue) async throws -> Bool {
        do {
            _ = try await request()
            return false
        } catch let error as AWSError {
            if Self.refusals.contains(error.code) { return true }
            // Whatever else the service objects to, it let this identity ask.
            guard error.status != nil, !error.isTransient else { throw error }
            return false
        }
    }

    private func call(_ operation: AWSOperation, _ input: JSONValue) async throws -> JSONValue {
        try await client.call(operation, input, timeout: .seconds(8))
    }

    private func dynamoDB(_ action: String) -> AWSOperation {
        AWSOperation(service: "dynamodb", target: "DynamoDB_20120810.\(action)", isIdempotent: true)
    }
}
