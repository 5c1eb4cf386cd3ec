import Testing

@Suite("DynamoDB's conformance")
struct DynamoDBStoreTests {
    @Test("is tested with a moto server", .enabled(if: DynamoDBBench.endpoint != nil, DynamoDBBench.reason))
    func isTested() {
        #expect(StoreKind.allCases.count == 4)
    }
}
