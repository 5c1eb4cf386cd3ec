/// How the server listens, and what it bounds.
public struct ServerConfiguration: Sendable {
    /// The body limit where nothing else is said: 8 MB.
    public static let standardBodyLimit = 8 << 20
}
