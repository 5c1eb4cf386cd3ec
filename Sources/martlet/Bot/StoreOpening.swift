import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
import MartletConversation
import MartletStore

/// What every store of a bot can do.
typealias BotStore = ConversationStore & AccessStore & BudgetStore & PersonalDataStore & SecretaryStore

/// Where a bot's store is, as the setting names it: a file, or `dynamodb:` and a table.
enum StoreLocation: Sendable, Hashable {
    /// An SQLite file.
    case file(String)
    /// A table of DynamoDB.
    case table(String)

    private static let tablePrefix = "dynamodb:"

    /// Reads the setting; nil where it names a table that cannot exist.
    init?(_ text: String) {
        guard text.hasPrefix(Self.tablePrefix) else {
            self = .file(text)
            return
        }
        let name = String(text.dropFirst(Self.tablePrefix.count))
        let isName = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._-".utf8.contains(byte)
        }
        guard isName, (3...255).contains(name.utf8.count) else { return nil }
        self = .table(name)
    }
}

/// A store that is open, and what goes with it.
struct OpenStore: Sendable {
    /// The store.
    let store: any BotStore
    /// What it is called in logs.
    let path: String
    /// The file beside which a second process is kept out; nil where claims to each message do that.
    let lockPath: String?
    private let end: @Sendable () async throws -> Void

    /// Opens what the setting names.
    ///
    /// A table must be there already. Credentials, region and endpoint are found where AWS's own tools look for them.
    /// - Throws: ``StoreError``, `AWSError` or ``ConfigurationError``, with the remedy.
    init(_ text: String, environment: [String: String], logger: Logger) throws {
        switch StoreLocation(text) {
        case .file(let path):
            let store = try SQLiteConversationStore(path: path)
            (self.store, self.path, lockPath, end) = (store, path, path, { try store.close() })
        case .table(let name):
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: AWSClient.clientConfiguration)
            do {
                let connection = try AWSConnection(environment, httpClient: client, logger: logger)
                let table = DynamoDBTable(name: name, caller: connection.client("dynamodb"))
                let store = DynamoDBConversationStore(table: table)
                (self.store, path, lockPath) = (store, store.path, nil)
                end = { try await client.shutdown() }
            } catch {
                client.shutdown(queue: .global()) { _ in }
                throw error
            }
        case nil:
            throw ConfigurationError(
                code: .invalidValue,
                description: "\(Setting.storePath.key) is \(text), but a table's name has 3 to 255 letters, digits, "
                    + "dots, dashes or underlines, such as dynamodb:martlet"
            )
        }
    }

    /// Closes it; later calls throw.
    func close() async throws { try await end() }
}
