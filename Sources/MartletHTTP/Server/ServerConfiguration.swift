/// How the server listens, and what it bounds.
public struct ServerConfiguration: Sendable {
    /// The body limit where nothing else is said: 8 MB.
    public static let standardBodyLimit = 8 << 20

    /// The address or name to listen at.
    public var host = "127.0.0.1"
    /// The port to listen at; 0 takes any free one.
    public var port = 8080
    /// The certificate and key for TLS; nil speaks plain HTTP.
    public var encryption: EncryptionFiles?
    /// Origins of pages in browsers that may use the API, such as `https://chat.example`; `*` is every origin.
    public var allowedOrigins: [String] = []
    /// The largest body that is read, in bytes.
    public var bodyLimit = ServerConfiguration.standardBodyLimit
    /// How long a body may take to arrive.
    public var bodyTimeout = Duration.seconds(60)
    /// All header fields of a request together, in bytes.
    public var headerLimit = 32 << 10
    /// Connections that may be open; further ones wait to be accepted.
    public var connectionLimit = 1024
    /// How long a connection may stay open without a request, or take to send a request's head.
    public var idleTimeout = Duration.seconds(75)
    /// How long a client may take to read what was written before its connection is closed.
    public var writeTimeout = Duration.seconds(60)
    /// How long running answers may go on after the server was told to stop.
    public var drainTimeout = Duration.seconds(30)
    /// Limits of callers that have none of their own.
    public var limits = CallerLimits()
    /// The program's version, for metrics and the API's description.
    public var version = "0.0.0"

    /// The defaults: plain HTTP on the loopback interface.
    public init() {}
}

/// Where a server's certificate and its private key lie, both as PEM.
public struct EncryptionFiles: Sendable, Hashable {
    /// The certificate, then those between it and the root.
    public var certificatePath: String
    /// The private key, without a password.
    public var keyPath: String

    /// Names the files.
    public init(certificatePath: String, keyPath: String) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
    }
}
