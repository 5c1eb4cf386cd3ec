public import Hummingbird

/// What the server knows about a request beside the request itself; the context of every route.
public struct APIRequestContext: RequestContext {
    /// What Hummingbird keeps; its logger carries the request's id.
    public var coreContext: CoreRequestContextStorage
    /// Who asks.
    public var caller = Caller.anonymous(rights: [])
    /// The request's id: the caller's own where it sent a sane one.
    public var requestID = ""
    /// The largest body that is read, in bytes.
    public var maxUploadSize = ServerConfiguration.standardBodyLimit
    /// How long the whole body may take to arrive.
    public var bodyTimeout = Duration.seconds(60)

    /// Makes the context of a new request.
    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
