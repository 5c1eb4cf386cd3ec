/// Why a vector store didn't do what it was asked for.
public struct VectorStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; stable across releases, fit for metrics.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code in words, such as `notFound`.
        public let description: String

        /// There is no such collection.
        public static let notFound = Code(description: "notFound")
        /// There is one of that name.
        public static let exists = Code(description: "exists")
        /// A name, a vector, a filter or a number can't be taken as it is.
        public static let invalid = Code(description: "invalid")
        /// The store can't do this at all, such as ranking by words.
        public static let unsupported = Code(description: "unsupported")
        /// More records or bytes than the store takes at once.
        public static let tooLarge = Code(description: "tooLarge")
        /// The other side refuses the key.
        public static let notAuthorized = Code(description: "notAuthorized")
        /// The store can't be reached, is busy or fails.
        public static let unavailable = Code(description: "unavailable")
        /// What is on disk is damaged.
        public static let damaged = Code(description: "damaged")
    }

    /// What kind of failure it is.
    public var code: Code
    /// What is wrong, a sentence without its full stop.
    public var message: String
    /// What to do about it, a sentence without its full stop.
    public var remedy: String

    /// Makes an error from two sentences without their full stops.
    public init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    /// What is wrong and what to do about it.
    public var description: String { "\(message). \(remedy)." }
}
