public import Hummingbird
public import NIOCore

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
    /// The request in the server's books.
    var ticket: RequestTicket?

    /// The connection that the request came on.
    public let channel: any Channel

    /// Makes the context of a new request.
    public init(source: ApplicationRequestContextSource) {
        channel = source.channel
        coreContext = CoreRequestContextStorage(source: source)
    }
}
