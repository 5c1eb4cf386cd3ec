/// Why a model couldn't be fetched or found, and what to do about it.
public struct HubError: Error, Hashable, CustomStringConvertible {
    /// The kind of failure.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The kind's name, stable enough for logs and metrics.
        public let description: String

        /// The name, address or setting makes no sense.
        public static let invalidReference = Code(description: "invalidReference")
        /// No model of that name is on this machine.
        public static let modelNotFound = Code(description: "modelNotFound")
        /// The server doesn't have the file.
        public static let notFound = Code(description: "notFound")
        /// The server wants a token, or another one.
        public static let notAuthorized = Code(description: "notAuthorized")
        /// The server answered something else than a file.
        public static let unexpectedResponse = Code(description: "unexpectedResponse")
        /// The server can't be reached, breaks off, stalls or fails, again and again.
        public static let connectionFailed = Code(description: "connectionFailed")
        /// A redirection leads from an encrypted to an open connection, or round in circles.
        public static let unsafeRedirect = Code(description: "unsafeRedirect")
        /// The server sends more bytes than it announced.
        public static let wrongSize = Code(description: "wrongSize")
        /// The bytes that arrived are not the ones that were published.
        public static let checksumMismatch = Code(description: "checksumMismatch")
        /// The file isn't a GGUF model.
        public static let notAModel = Code(description: "notAModel")
        /// No space is left for the file.
        public static let diskFull = Code(description: "diskFull")
        /// The models' folder can't be written.
        public static let unwritable = Code(description: "unwritable")
        /// Another process is fetching the same file.
        public static let alreadyRunning = Code(description: "alreadyRunning")
    }

    /// The kind of failure.
    public let code: Code
    /// What is wrong, in words.
    public let detail: String
    /// What to do about it.
    public let remedy: String

    /// Makes an error from two whole sentences.
    public init(_ code: Code, _ detail: String, remedy: String) {
        self.code = code
        self.detail = detail
        self.remedy = remedy
    }

    /// What is wrong, and the remedy.
    public var description: String { detail + " " + remedy }

    /// The kind alone, bounded, for metrics.
    public var shortDescription: String { code.description }
}
