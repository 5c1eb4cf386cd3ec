public import Hummingbird
import Logging
import NIOCore

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

    /// What tells that the client has gone.
    let origin: RequestOrigin

    /// Makes the context of a new request.
    public init(source: ApplicationRequestContextSource) {
        origin = .connection(source.channel)
        coreContext = CoreRequestContextStorage(source: source)
    }

    /// Makes the context of a request that came without a connection.
    init(from caller: DirectCaller, logger: Logger) {
        origin = .direct(caller)
        coreContext = CoreRequestContextStorage(source: DirectSource(logger: logger))
    }

    private struct DirectSource: RequestContextSource {
        let logger: Logger
    }
}

/// Where a request came from.
enum RequestOrigin: Sendable {
    /// A connection of the server.
    case connection(any Channel)
    /// A call in this process; see ``MartletServer/respond(to:)``.
    case direct(DirectCaller)
}
