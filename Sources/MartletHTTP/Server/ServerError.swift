/// Why the server can't start, and what to do about it.
public struct ServerError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Sendable, Hashable {
        let name: String
        /// The address can't be listened at.
        public static let address = Code(name: "address")
        /// The certificate or its key can't be used.
        public static let encryption = Code(name: "encryption")
        /// The server would be open to others without keys.
        public static let unprotected = Code(name: "unprotected")
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, and the remedy.
    public var description: String
}
