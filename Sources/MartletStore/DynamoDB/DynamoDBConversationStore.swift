public import FoundationEssentials
public import MartletAWS
import MartletConversation
import MartletCore
import Synchronization

/// Keeps conversations in one table of DynamoDB, for as many processes as there are.
///
/// Where several items must change together they change in one transaction; where that would be too large, the order of the
/// steps is such that whoever comes next finds what is missing and does it. Nothing is trusted to DynamoDB's own expiry: what has
/// expired is not read, whether it is there still or not.
///
/// The partitions of a bot, each named `<bot>#<letter>`:
///
///     u  updates            u/<update>; open ones are ranked by arrival, `o#…`, unreadable ones `x#…`
///     c  conversations      what is kept of each beside its turns; also the list of all
///     t#<conversation>      its turns by position; ranked by the event that they belong to
///     m#<chat>              messages of a chat, and the turns that they show
///     p#<person>            the shared conversations in which somebody spoke
///     a  access             people, groups, codes, connections, the bot's name
///     b, r, y               the ledger, reservations, and usage by period
///     s, l, o#<owner>, d#<chat>   accounts, lanes (ranked by when they are due), what was sent, shown drafts
public final class DynamoDBConversationStore: Sendable {
    /// The table.
    public let table: DynamoDBTable
    let positions: PositionClock
    let cache = StoreCache()
    let turnstile = Turnstile()
    let now: @Sendable () -> Date

    /// How long a finished update is remembered; platforms deliver again for a day.
    public static let memory: Double = 7 * 86_400
    /// How long it is known which turn a message shows.
    static let shownMemory: Double = 180 * 86_400

    /// Makes a store; nothing is asked of DynamoDB.
    /// - Parameters:
    ///   - table: A table made by ``MartletAWS/DynamoDBTableDefinition``.
    ///   - now: The clock by which things expire.
    public init(table: DynamoDBTable, now: @escaping @Sendable () -> Date = { Date() }) {
        let caller = StoreCaller(caller: table.caller, table: table.name)
        var own = DynamoDBTable(name: table.name, caller: caller, pageLimit: table.pageLimit)
        own.timeout = table.timeout
        self.table = own
        self.now = now
        positions = PositionClock(now: now)
    }

    /// What the store is called in logs and settings.
    public var path: String { Self.path(of: table.name) }

    static func path(of table: String) -> String { "dynamodb:\(table)" }

    /// Whether an item has expired, and only waits to be deleted.
    func hasExpired(_ item: DynamoDBItem) -> Bool {
        guard let expiry = item[Name.expires]?.double else { return false }
        return expiry < now().timeIntervalSince1970
    }

    /// Reads an item that has not expired.
    func item(_ key: DynamoDBKey) async throws -> DynamoDBItem? {
        guard let item = try await table.item(key), !hasExpired(item) else { return nil }
        return item
    }

    /// Reads items that have not expired.
    func items(_ keys: some Collection<DynamoDBKey>) async throws -> [DynamoDBKey: DynamoDBItem] {
        guard !keys.isEmpty else { return [:] }
        return try await table.items(keys).filter { !hasExpired($0.value) }
    }

    /// Deletes items, whatever they are.
    func delete(_ keys: [DynamoDBKey]) async throws {
        guard !keys.isEmpty else { return }
        try await table.batch(keys.map { .delete($0) })
    }

    /// Deletes a whole partition, page by page; called again it goes on where it was.
    func deletePartition(_ partition: String, _ range: DynamoDBQuery.Range? = nil) async throws {
        try await table.forEachPage(of: DynamoDBQuery(partition, range, names: [])) { items in
            try await delete(items.compactMap(DynamoDBKey.init(of:)))
            return true
        }
    }
}

/// Gives growing numbers, such as no other process is likely to give: 1024 to a microsecond.
final class PositionClock: Sendable {
    private let last = Mutex<Int64>(0)
    private let now: @Sendable () -> Date

    init(now: @escaping @Sendable () -> Date) { self.now = now }

    /// The next one, greater than `bound` too.
    func next(after bound: Int64 = 0) -> Int64 {
        let current = Self.position(at: now()) + Int64.random(in: 0..<1024)
        return last.withLock { last in
            last = max(last, bound, current - 1) + 1
            return last
        }
    }

    /// The first one of a moment.
    static func position(at date: Date) -> Int64 {
        // Up to the year 2255; what is beyond has the last place.
        let microseconds = min(max(date.timeIntervalSince1970 * 1e6, 0), 9_000_000_000_000_000)
        return Int64(microseconds) * 1024
    }

    /// A position as text that sorts as the number does.
    static func text(_ position: Int64) -> String {
        let digits = "\(max(0, position))"
        return String(repeating: "0", count: 19 - min(19, digits.count)) + digits
    }
}
