internal import CMartletKernels
internal import GRDB
public import MartletCore

/// Keeps vectors, texts and metadata in one SQLite file, and finds the nearest by an exact scan.
///
/// The file is the truth: a write is on the disk when its call returns, and nothing of it where its process dies before. Any
/// number of stores and processes may use one file, one of them writing at a time; each sees what the others have written.
/// Erased content is overwritten.
///
/// What a query needs is kept in memory and brought up to date with the file: for each vector `width` bytes and 20 more, and
/// for each field that filters name 4 bytes a record and its different values. At most ``Options/memoryLimit`` bytes of vectors
/// stay there; a collection beyond that is read again when it is asked.
public final class EmbeddedVectorStore: VectorStore {
    let database: any DatabaseWriter
    let options: Options
    let scanner: Scanner
    let indexes: IndexCache
    let erasure = Erasure()
    /// The file; nil for a store in memory.
    public let path: String?

    /// How a store is opened.
    public struct Options: Sendable {
        /// What collections keep of each value, unless they are made with another precision.
        public var precision = VectorPrecision.float32
        /// Threads that a scan of many vectors takes at most; 1 for the caller's own.
        public var workerCount = 2
        /// Bytes of vectors that stay in memory between queries.
        public var memoryLimit = 2 << 30
        /// The most records of a collection.
        public var maximumRecordCount = 4_000_000
        /// How long a call waits for another process that writes.
        public var lockTimeout = Duration.seconds(5)
        /// The instruction set of the scan, such as `avx2`; nil for the best that this machine has.
        public var kernels: String?

        /// The defaults.
        public init() {}
    }

    /// Opens or creates a file, with its folder, readable by its owner only.
    /// - Throws: ``VectorStoreError``, whose description names the remedy.
    public convenience init(path: String, options: Options = Options()) throws {
        try VectorFile.prepare(at: path)
        let configuration = VectorFile.configuration(lockTimeout: options.lockTimeout)
        let pool = try Self.translatingErrors(of: path) {
            try DatabasePool(path: path, configuration: configuration)
        }
        try self.init(pool, path: path, options: options)
    }

    /// A store that ends with its object.
    public static func inMemory(options: Options = Options()) throws -> EmbeddedVectorStore {
        let configuration = VectorFile.configuration(lockTimeout: options.lockTimeout)
        let queue = try translatingErrors(of: nil) { try DatabaseQueue(configuration: configuration) }
        return try EmbeddedVectorStore(queue, path: nil, options: options)
    }

    init(_ database: any DatabaseWriter, path: String?, options: Options) throws {
        self.database = database
        self.path = path
        self.options = options
        scanner = try Scanner(kernels: options.kernels, workerCount: options.workerCount)
        indexes = IndexCache(memoryLimit: options.memoryLimit)
        try Self.translatingErrors(of: path) { try VectorSchema.prepare(database) }
    }

    /// Closes the file; later calls throw.
    /// - Throws: ``VectorStoreError`` with `unavailable` while another call is under way.
    public func close() throws {
        try Self.translatingErrors(of: path) {
            try eraseRemains()
            try database.close()
        }
    }

    /// Reads in one transaction, whose view no writer changes, on a thread of the database.
    func reading<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        // A view that is older than what is in memory is given up for a newer one.
        for _ in 0..<16 {
            do { return try await database.read(body) } catch is OutdatedView { continue } catch {
                throw VectorStoreError.translating(error, path: path)
            }
        }
        throw VectorStoreError(.unavailable, "the store changes too quickly to be read", remedy: "Try again later")
    }

    /// Writes in one transaction: all of it or nothing.
    func writing<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        do { return try await database.write(body) } catch { throw VectorStoreError.translating(error, path: path) }
    }

    static func translatingErrors<Result>(of path: String?, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch { throw VectorStoreError.translating(error, path: path) }
    }
}

/// What is kept of each value of a vector.
public enum VectorPrecision: String, Sendable, Hashable, CaseIterable {
    /// All of it: 4 bytes on disk; results are exact.
    case float32
    /// A code of one byte, with one scale for each vector: a quarter of the disk; results are exact for the vectors that the codes
    /// stand for, which differ from those given by about 1 part in 130 of their lengths.
    case int8
}
