public import AsyncHTTPClient
import NIOCore

/// How a store on a server is asked.
public struct RemoteVectorOptions: Sendable, Hashable {
    /// How long one request may take, from its first byte to the last of its answer.
    public var timeout = Duration.seconds(60)
    /// How often a request that failed on the way is sent again.
    public var maximumRetryCount = 3
    /// The longest first pause before that; it doubles with each further one.
    public var firstPause = Duration.milliseconds(200)
    /// The longest pause that a server may ask for.
    public var longestPause = Duration.seconds(30)
    /// The largest answer that is read, in bytes.
    public var answerLimit = 512 << 20
    /// Records that are asked for at once.
    public var pageCount = 1000
    /// Bytes of one request's records, about; a single record may be larger.
    public var batchByteCount = 2 << 20
    /// The most records of a collection that are looked through here where the server can't apply a filter.
    public var scanLimit = 100_000

    /// The usual.
    public init() {}
}

extension HTTPClient.Configuration {
    /// For stores of vectors: follows no redirections, as they would carry keys along.
    public static var vectorStores: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
