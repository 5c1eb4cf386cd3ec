import MartletCore

/// In which order the models behind a name are tried; a pure decision.
package struct RoutePlan: Sendable, Hashable {
    /// What is known of a model behind a name at the moment.
    package struct Candidate: Sendable, Hashable {
        /// Whether it runs in this process.
        package var isLocal: Bool
        /// Whether its circuit breaker lets requests through.
        package var isHealthy = true
        /// Whether it has room below its limit of concurrent requests.
        package var hasRoom = true
        /// How long a request would wait for it; nil is not known.
        package var estimatedWait: Duration?

        package init(
            isLocal: Bool,
            isHealthy: Bool = true,
            hasRoom: Bool = true,
            estimatedWait: Duration? = nil
        ) {
            self.isLocal = isLocal
            self.isHealthy = isHealthy
            self.hasRoom = hasRoom
            self.estimatedWait = estimatedWait
        }
    }

    /// Indexes of the models to try, in order.
    package var order: [Int]
    /// Whether a hosted model goes before a local one because of the local one's queue.
    package var isBurst = false
    /// Whether every model that could be tried is merely at its limit.
    package var isOnlyBusy = false

    /// Decides.
    ///
    /// - Parameters:
    ///   - candidates: The primary, then its fall-backs.
    ///   - burstAfter: A local primary with a longer wait than this comes after the hosted models; nil never.
    ///   - isLocalOnly: Whether models elsewhere are out of the question.
    package init(_ candidates: [Candidate], burstAfter: Duration?, isLocalOnly: Bool) {
        let allowed = candidates.indices.filter { candidates[$0].isLocal || !isLocalOnly }
        let healthy = allowed.filter { candidates[$0].isHealthy }
        order = healthy.filter { candidates[$0].hasRoom }
        isOnlyBusy = order.isEmpty && !healthy.isEmpty
        guard let burstAfter, let first = order.first, candidates[first].isLocal,
            let wait = candidates[first].estimatedWait, wait > burstAfter
        else { return }
        let hosted = order.filter { !candidates[$0].isLocal }
        guard !hosted.isEmpty else { return }
        order = hosted + order.filter { candidates[$0].isLocal }
        isBurst = true
    }

    /// Whether another model is tried after a failure before the first output.
    ///
    /// What is wrong with the request itself would be wrong there, too.
    package static func failsOver(after error: any Error) -> Bool {
        guard let failure = error as? any ModelFailure else { return false }
        return switch failure.failureKind {
        case .unavailable, .overloaded, .internal, .notAuthorized, .unknownModel: true
        case .invalidRequest, .contextTooLong: false
        }
    }

    /// What a failure says about the upstream's health.
    package enum Verdict: Sendable, Hashable {
        /// The upstream works; the request was at fault.
        case healthy
        /// The upstream doesn't work; it asks to be left alone for a while where it says so.
        case failed(requestedRest: Duration?)
        /// It can't be said.
        case unknown
    }

    /// Judges an upstream by a failure.
    package static func verdict(of error: any Error) -> Verdict {
        guard let failure = error as? any ModelFailure else { return .unknown }
        return switch failure.failureKind {
        case .invalidRequest, .contextTooLong: .healthy
        case .overloaded(let rest): .failed(requestedRest: rest)
        case .unavailable, .internal, .notAuthorized, .unknownModel: .failed(requestedRest: nil)
        }
    }
}
