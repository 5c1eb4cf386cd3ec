/// Why documents can't be used.
public struct KnowledgeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Sendable, Hashable {
        private let name: String

        /// There is no such collection.
        public static let missing = Code(name: "missing")
        /// The collection was made with another embedding model.
        public static let otherEmbedder = Code(name: "otherEmbedder")
        /// The collection needs its embedding model.
        public static let embedderNeeded = Code(name: "embedderNeeded")
        /// The collection holds something else than documents.
        public static let foreign = Code(name: "foreign")
    }

    /// What kind of failure it is.
    public var code: Code
    /// What is wrong and what to do about it.
    public var description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
