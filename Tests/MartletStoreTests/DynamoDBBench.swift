import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
import MartletConversation
import MartletCore
import MartletStore
import Synchronization
import Testing

/// A table of moto's for one test, and what stands between it and the stores over it.
final class DynamoDBBench: Sendable {
    /// Where moto listens.
    static var endpoint: String? { ProcessInfo.processInfo.environment["MARTLET_MOTO_URL"] }
    /// Why a test is skipped without it.
    static let reason: Testing.Comment = "needs MARTLET_MOTO_URL, the address of a moto server: run it by scripts/moto"

    /// The table's name.
    let name: String
    let caller: BenchCaller

    private init() {
        name = "martlet-test-" + UUID().uuidString.lowercased()
        let client = AWSClient(
            region: "eu-west-1",
            credentials: FixedCredentials(AWSCredentials(accessKeyID: "test", secretAccessKey: "test")),
            httpClient: .shared,
            endpoint: Self.endpoint,
            logger: Logger(label: "test")
        )
        caller = BenchCaller(client)
    }

    /// Makes a table, and takes it away in the end.
    static func withTable(_ body: (DynamoDBBench) async throws -> Void) async throws {
        let bench = DynamoDBBench()
        _ = try await DynamoDBTableDefinition(name: bench.name).create(on: bench.caller)
        bench.caller.reset()
        do {
            try await body(bench)
        } catch {
            try? await bench.deleteTable()
            throw error
        }
        try await bench.deleteTable()
    }

    private func deleteTable() async throws {
        caller.reset()
        let operation = AWSOperation(
            service: "dynamodb",
            target: "DynamoDB_20120810.DeleteTable",
            isIdempotent: true
        )
        _ = try await caller.call(operation, ["TableName": .string(name)], timeout: .seconds(30))
    }

    /// A store over the table; each is one of its own, as in another process.
    func store(
        pageLimit: Int? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) -> DynamoDBConversationStore {
        DynamoDBConversationStore(
            table: DynamoDBTable(name: name, caller: caller, pageLimit: pageLimit),
            now: now
        )
    }

    /// Every item of the table.
    func allItems() async throws -> [DynamoDBItem] {
        var items: [DynamoDBItem] = []
        let table = DynamoDBTable(name: name, caller: caller)
        let names = [
            "content", "event", "final", "unreadable", "summary", "unanswered", "name", "text", "state", "rank",
        ]
        try await table.forEachItem(where: .isThere, names: names) { items.append($0) }
        return items
    }
}

/// Hands calls to moto one at a time, and lets tests count and spoil them.
///
/// Moto undoes other calls' changes when it rolls a transaction back. What of calls at the same time is tried is their order, as with
/// DynamoDB itself.
final class BenchCaller: DynamoDBCalling {
    /// What becomes of a call.
    enum Fate: Sendable {
        /// It is made.
        case passes
        /// It is not made, and fails.
        case fails(AWSError)
        /// It is made, and its answer is lost.
        case isLost
    }

    private struct State {
        var count = 0
        var actions: [String] = []
        var running = 0
        var mostRunning = 0
        var fate: @Sendable (_ number: Int, _ action: String) -> Fate = { _, _ in .passes }
    }

    private let client: AWSClient
    private let state = Mutex(State())
    private let gate = OneAtATime()

    init(_ client: AWSClient) { self.client = client }

    /// The calls so far, by name.
    var actions: [String] { state.withLock { $0.actions } }
    /// How many calls were under way at the same time at most.
    var mostRunning: Int { state.withLock { $0.mostRunning } }

    /// Begins anew, with nothing in the way.
    func reset() { state.withLock { $0 = State() } }

    /// Begins anew; calls are numbered from 0.
    func decide(_ fate: @escaping @Sendable (_ number: Int, _ action: String) -> Fate) {
        state.withLock {
            $0 = State()
            $0.fate = fate
        }
    }

    func call(_ operation: AWSOperation, _ input: JSONValue, timeout: Duration) async throws -> JSONValue {
        let action = String(operation.target.split(separator: ".").last ?? "")
        let fate = state.withLock { state in
            defer { state.count += 1 }
            state.actions.append(action)
            state.running += 1
            state.mostRunning = max(state.mostRunning, state.running)
            return state.fate(state.count, action)
        }
        defer { state.withLock { $0.running -= 1 } }
        if case .fails(let error) = fate { throw error }
        let answer = try await gate.pass { [client] in try await client.call(operation, input, timeout: .seconds(60)) }
        if case .isLost = fate { throw AWSError(code: AWSError.timedOut, message: "no answer") }
        return answer
    }
}

/// Lets one in at a time, in an order of chance.
private actor OneAtATime {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    nonisolated func pass(_ body: @Sendable () async throws -> JSONValue) async throws -> JSONValue {
        await enter()
        do {
            let value = try await body()
            await leave()
            return value
        } catch {
            await leave()
            throw error
        }
    }

    private func enter() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        guard !waiting.isEmpty else {
            isTaken = false
            return
        }
        waiting.remove(at: Int.random(in: 0..<waiting.count)).resume()
    }
}
