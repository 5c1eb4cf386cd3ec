import MartletConversation
import MartletStore

/// What every store of a bot can do.
typealias EveryStore = ConversationStore & AccessStore & BudgetStore & PersonalDataStore & SecretaryStore

/// The stores that the conformance suites run over.
enum StoreKind: CaseIterable, Sendable {
    case memory
    case sqlite
    /// DynamoDB, or rather moto's.
    case dynamoDB
    /// The same, with so small pages that everything takes several.
    case dynamoDBInSmallPages

    /// Those that can be had: DynamoDB's where `MARTLET_MOTO_URL` names a server (see `scripts/moto`).
    static var allCases: [StoreKind] {
        let standard: [StoreKind] = [.memory, .sqlite]
        return DynamoDBBench.endpoint == nil ? standard : standard + [.dynamoDB, .dynamoDBInSmallPages]
    }

    /// Runs `body` with an empty store.
    func withStore(_ body: (any EveryStore) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(MemoryConversationStore())
        case .sqlite:
            try await withTemporaryFolder { folder in
                let store = try SQLiteConversationStore(path: folder + "/store.sqlite")
                try await body(store)
                try store.close()
            }
        case .dynamoDB: try await DynamoDBBench.withTable { try await body($0.store()) }
        case .dynamoDBInSmallPages: try await DynamoDBBench.withTable { try await body($0.store(pageLimit: 2)) }
        }
    }
}
