import HTTPTypes
import Hummingbird

extension Request {
    /// When the answer has to be there: after `timeout`, or after what `x-request-timeout` says where that is sooner.
    ///
    /// - Throws: 400 for a time that is none.
    func deadline(after timeout: Duration?) throws(APIError) -> ContinuousClock.Instant? {
        var timeout = timeout
        if let text = headers[.requestTimeout] {
            guard let seconds = Double(text), (0.001...86_400).contains(seconds) else {
                throw .invalidRequest(
                    "The header x-request-timeout must be seconds, a number from 0.001 to 86400.",
                    parameter: "x-request-timeout",
                    code: RequestFault.Code.wrongValue.rawValue
                )
            }
            timeout = min(timeout ?? .seconds(seconds), .seconds(seconds))
        }
        return timeout.map { .now + $0 }
    }
}
