public import MartletCore
import Synchronization

/// Models that come after the server has begun to listen.
///
/// Until they are there, requests are answered with 503 and `/ready` says so.
public final class DeferredModels: ModelServing {
    private let served = Mutex<(any ModelServing)?>(nil)

    /// Nothing yet.
    public init() {}

    /// Puts the models in place.
    public func provide(_ models: any ModelServing) { served.withLock { $0 = models } }

    /// The models, none before they are there.
    public var models: [ServedModel] { served.withLock { $0 }?.models ?? [] }

    /// The model of a name, nil before it is there.
    public func model(named name: String?) -> (any LanguageModel)? { served.withLock { $0 }?.model(named: name) }

    /// The embedders, none before they are there.
    public var embedders: [ServedEmbedder] { served.withLock { $0 }?.embedders ?? [] }

    /// The embedder of a name, nil before it is there.
    public func embedder(named name: String?) -> (any Embedder)? { served.withLock { $0 }?.embedder(named: name) }

    /// The rerankers, none before they are there.
    public var rerankers: [ServedReranker] { served.withLock { $0 }?.rerankers ?? [] }

    /// The reranker of a name, nil before it is there.
    public func reranker(named name: String?) -> (any Reranker)? { served.withLock { $0 }?.reranker(named: name) }
}
