/// Why the store cannot be used, and what to do about it.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The kind's name.
        public let description: String
        /// No room is left, on the disk or within the store's size limit.
        public static let full = Code(description: "full")
        /// Another process holds the database.
        public static let locked = Code(description: "locked")
        /// The file is not a database, or a damaged one.
        public static let corrupted = Code(description: "corrupted")
        /// The file or its folder cannot be read or written.
        public static let notAccessible = Code(description: "notAccessible")
        /// The file was written by a later version of the program.
        public static let tooRecent = Code(description: "tooRecent")
        /// The database has more to do than it takes at the moment.
        public static let throttled = Code(description: "throttled")
        /// The database cannot be reached, or does not answer in time.
        public static let unreachable = Code(description: "unreachable")
        /// There is no such table.
        public static let missingTable = Code(description: "missingTable")
        /// The database does not let this program in.
        public static let denied = Code(description: "denied")
        /// The disk failed.
        public static let inputOutput = Code(description: "inputOutput")
        /// Anything else the database says.
        public static let other = Code(description: "other")
    }

    /// The kind of failure.
    public var code: Code
    /// The database's file, or `dynamodb:` and the table.
    public var path: String
    /// What the database said.
    public var underlying: String

    /// What happened, and the remedy.
    public var description: String {
        let remedy =
            switch code {
            case .full:
                "there is no room left to store messages; free space on the disk, or set store.path to a larger one"
            case .locked:
                "another process holds the database; stop the other martlet that uses it, or set store.path to another file"
            case .corrupted:
                "the file is not a readable database; move it away to start afresh, or restore a backup"
            case .notAccessible:
                "the file or its folder cannot be opened for writing; check its owner and rights, or set store.path"
            case .tooRecent:
                "the file was written by a later version of martlet; use that version, or set store.path to another file"
            case .throttled:
                "the table takes no more requests at the moment; it is tried again, and if this stays, raise its limits"
            case .unreachable:
                "DynamoDB cannot be reached; check the network, AWS_REGION, and AWS_ENDPOINT_URL_DYNAMODB where it is set"
            case .missingTable:
                "there is no such table in this region and account; make it with `martlet aws setup`, or set store.path and AWS_REGION"
            case .denied:
                "AWS does not let this program use the table; check its credentials, and that its role allows the dynamodb actions"
            case .inputOutput:
                "the disk failed while reading or writing; check the system's log and the disk"
            default:
                "the database refused; the message below says why"
            }
        return "store \(path): \(remedy) (\(underlying))"
    }

    /// The kind alone, for metrics.
    public var shortDescription: String { "store.\(code)" }
}
