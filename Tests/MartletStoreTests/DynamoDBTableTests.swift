import Foundation
import MartletAWS
import MartletCore
import MartletStore
import Testing

@Suite("A table of DynamoDB", .enabled(if: DynamoDBBench.endpoint != nil, DynamoDBBench.reason))
struct DynamoDBTableTests {
    @Test("is made once, with expiry and recovery, and found afterwards")
    func creation() async throws {
        try await DynamoDBBench.withTable { bench in
            let definition = DynamoDBTableDefinition(name: bench.name)
            #expect(try await definition.create(on: bench.caller) == .found)
            #expect(!bench.caller.actions.contains { $0.hasPrefix("Update") || $0.hasPrefix("Create") })
            func describe(_ action: String) async throws -> JSONValue {
                let operation = AWSOperation(
                    service: "dynamodb",
                    target: "DynamoDB_20120810.\(action)",
                    isIdempotent: true
                )
                return try await bench.caller.call(operation, ["TableName": .string(bench.name)], timeout: .seconds(9))
            }
            let expiry = try await describe("DescribeTimeToLive")["TimeToLiveDescription"]
            #expect(expiry?["TimeToLiveStatus"]?.string == "ENABLED")
            #expect(expiry?["AttributeName"]?.string == "expires")
            let backups = try await describe("DescribeContinuousBackups")["ContinuousBackupsDescription"]
            let recovery = backups?["PointInTimeRecoveryDescription"]?["PointInTimeRecoveryStatus"]?.string
            #expect(recovery == "ENABLED")
        }
    }

    @Test("is not taken for one's own when it has other keys")
    func foreign() async throws {
        try await DynamoDBBench.withTable { bench in
            let name = bench.name + "-foreign"
            func call(_ action: String, _ input: JSONValue) async throws {
                let operation = AWSOperation(
                    service: "dynamodb",
                    target: "DynamoDB_20120810.\(action)",
                    isIdempotent: true
                )
                _ = try await bench.caller.call(operation, input, timeout: .seconds(9))
            }
            try await call(
                "CreateTable",
                [
                    "TableName": .string(name), "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [["AttributeName": "id", "AttributeType": "S"]],
                    "KeySchema": [["AttributeName": "id", "KeyType": "HASH"]],
                ]
            )
            let error = await #expect(throws: AWSError.self) {
                try await DynamoDBTableDefinition(name: name).create(on: bench.caller)
            }
            #expect(error?.description.contains("Choose another name") == true)
            try await call("DeleteTable", ["TableName": .string(name)])
        }
    }

    @Test("gives values back as they were")
    func values() async throws {
        try await DynamoDBBench.withTable { bench in
            let table = DynamoDBTable(name: bench.name, caller: bench.caller)
            let item: DynamoDBItem = [
                "pk": .string("a"), "sk": .string("b"), "text": .string("\u{0}\u{1F99C} \"\\\n"), "empty": .string(""),
                "large": .integer(Int64.max), "small": .integer(Int64.min), "half": .double(1_800_000_000.123456),
                "bytes": .bytes([0, 255]), "none": .null, "yes": .bool(true),
                "list": .list([.integer(1), .string("x")]),
                "map": .map(["a": .map(["b": .bytes([1])])]), "set": .numbers(["1", "2"]),
            ]
            try await table.write(.put(item))
            let found = try #require(try await table.item(DynamoDBKey("a", "b")))
            #expect(found == item)
            #expect(found["large"]?.integer == Int64.max)
            #expect(found["half"]?.double == 1_800_000_000.123456)
            #expect(try await table.item(DynamoDBKey("a", "c")) == nil)
        }
    }

    @Test("is read page after page, and batches are sent again as far as they were not taken")
    func pages() async throws {
        try await DynamoDBBench.withTable { bench in
            let table = DynamoDBTable(name: bench.name, caller: Miserly(bench.caller), pageLimit: 7)
            let keys = (100..<230).map { DynamoDBKey("p", "\($0)") }
            try await table.batch(keys.map { .put($0.attributes) })
            #expect(try await table.all(DynamoDBQuery("p")).count == 130)
            #expect(try await table.all(DynamoDBQuery("p", .prefix("12"))).count == 10)
            #expect(
                try await table.all(DynamoDBQuery("p", .between("150", "160"), isDescending: true, limit: 9)).count == 9
            )
            #expect(try await table.items(keys).count == 130)
            var count = 0
            try await table.forEachItem(where: .isThere, names: []) { _ in count += 1 }
            #expect(count == 130)
            try await table.batch(keys.map { .delete($0) })
            #expect(try await table.all(DynamoDBQuery("p")).isEmpty)
        }
    }

    @Test("says which writes of a transaction were refused, and shows the items as they are")
    func refusals() async throws {
        try await DynamoDBBench.withTable { bench in
            let table = DynamoDBTable(name: bench.name, caller: bench.caller)
            let (first, second) = (DynamoDBKey("a", "1"), DynamoDBKey("a", "2"))
            try await table.write(.put(first.attributes.merging(["n": .integer(1)]) { $1 }))
            let refusal = await #expect(throws: DynamoDBRefusal.self) {
                try await table.transact([
                    .put(second.attributes), .delete(first, if: .equals("n", .integer(2))),
                ])
            }
            #expect(refusal?.items.keys.sorted() == [1])
            #expect(refusal?.items[1]?["n"]?.integer == 1)
            #expect(try await table.item(second) == nil)
            var update = DynamoDBUpdate()
            update.add("n", .integer(4))
            update.set("copy", from: "n", otherwise: .integer(0))
            update.set("kept", ifMissing: .string("x"))
            update.remove("absent")
            // Parentheses that change nothing are refused by DynamoDB.
            let condition = DynamoDBCondition.all([
                .any([.equals("n", .integer(1))]), .any([.missing("x"), .all([.exists("y"), .exists("z")])]),
            ])
            let changed = try await table.write(.update(first, update, if: condition), returning: .item)
            #expect(changed["n"]?.integer == 5 && changed["copy"]?.integer == 1 && changed["kept"]?.string == "x")
        }
    }
}

/// Takes at most ten items of a batch at a time.
private struct Miserly: DynamoDBCalling {
    let caller: BenchCaller

    init(_ caller: BenchCaller) { self.caller = caller }

    func call(_ operation: AWSOperation, _ input: JSONValue, timeout: Duration) async throws -> JSONValue {
        guard operation.target.hasSuffix("BatchWriteItem") || operation.target.hasSuffix("BatchGetItem"),
            let (table, content) = input["RequestItems"]?.object?.first.map({ ($0.name, $0.value) })
        else { return try await caller.call(operation, input, timeout: timeout) }
        let isRead = operation.target.hasSuffix("BatchGetItem")
        let all = (isRead ? content["Keys"] : content)?.array ?? []
        func request(_ part: [JSONValue]) -> JSONValue {
            .object([table: isRead ? ["Keys": .array(part), "ConsistentRead": true] : .array(part)])
        }
        let taken = request(Array(all.prefix(10)))
        var answer = try await caller.call(operation, ["RequestItems": taken], timeout: timeout).object ?? [:]
        if all.count > 10 {
            answer[isRead ? "UnprocessedKeys" : "UnprocessedItems"] = request(Array(all.dropFirst(10)))
        }
        return .object(answer)
    }
}
