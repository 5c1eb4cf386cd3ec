import GRDB
import MartletCore

/// Keeps conversations in one SQLite file, readable by its owner only.
///
/// Every write is on the disk when its call returns (write-ahead log, synchronous = FULL), so neither a killed process nor
/// a power cut loses an accepted message.
public final class SQLiteConversationStore: Sendable {
    let pool: DatabasePool
    /// The file.
    public let path: String

    /// How a file is opened.
    public struct Options: Sendable {
        /// How long a call waits for another process that holds the database.
        public var lockTimeout: Duration = .seconds(5)
        /// The largest size of the file in pages of 4096 bytes; nil for the disk's own limit.
        public var maximumPageCount: Int?

        /// The defaults.
        public init() {}
    }

    /// Opens or creates a database, with its folder, and brings it to the present schema.
    /// - Throws: ``StoreError``, whose description names the remedy.
    public init(path: String, options: Options = Options()) throws {
        self.path = path
        do {
            try PrivateFile.prepare(at: path)
            var configuration = GRDB.Configuration()
            let seconds = Double(options.lockTimeout.components.seconds)
            configuration.busyMode = .timeout(seconds + Double(options.lockTimeout.components.attoseconds) * 1e-18)
            configuration.prepareDatabase { database in
                // What is erased is overwritten.
                try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON")
                if let count = options.maximumPageCount {
                    _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(count)")
                }
            }
            pool = try DatabasePool(path: path, configuration: configuration)
            let migrator = StoreSchema.migrator
            if try pool.read({ try migrator.hasBeenSuperseded($0) }) {
                throw StoreError(code: .tooRecent, path: path, underlying: "unknown migrations")
            }
            try migrator.migrate(pool)
        } catch let error as StoreError {
            throw error
        } catch let refusal as PrivateFile.Refusal {
            let code: StoreError.Code = refusal.isForLackOfRoom ? .full : .notAccessible
            throw StoreError(code: code, path: path, underlying: "\(refusal)")
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Closes the file; later calls throw.
    public func close() throws {
        try pool.close()
    }

    /// Where the database is when nothing else is said: `$XDG_DATA_HOME/martlet/martlet.sqlite`, and without that
    /// variable `~/.local/share/martlet/martlet.sqlite`.
    public static func standardPath(environment: [String: String]) -> String {
        let folder =
            if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
                data
            } else {
                (environment["HOME"] ?? ".") + "/.local/share"
            }
        return folder + "/martlet/martlet.sqlite"
    }
}
