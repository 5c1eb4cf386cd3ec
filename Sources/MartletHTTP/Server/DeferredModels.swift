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
}
