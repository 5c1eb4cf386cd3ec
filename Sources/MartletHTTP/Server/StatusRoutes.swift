import HTTPTypes
import Hummingbird
import MartletCore

/// `/health`, `/ready` and `/metrics`.
struct StatusRoutes: APIRoutes {
    let phase: ServerPhase
    let metrics: ServerMetrics
    let models: any ModelServing
    let version: String

    func add(to router: Router<APIRequestContext>) {
        router.get("/health") { _, _ in Self.response(.ok, "ok") }
        router.get("/ready") { _, _ in
            switch phase.current {
            case .loading: Self.response(.serviceUnavailable, "loading")
            case .ready: Self.response(.ok, "ready")
            case .draining, .expired: Self.response(.serviceUnavailable, "draining")
            }
        }
        router.get("/metrics") { _, _ in
            let observed = models.models.compactMap { served in
                (models.model(named: served.id) as? any ModelObserving).map { (served.id, $0.statistics) }
            }
            let text = metrics.text(
                ServerMetrics.Surroundings(
                    version: version,
                    isReady: phase.current == .ready,
                    models: observed.map { (id: $0.0, statistics: $0.1) },
                    process: ProcessFigures.current()
                )
            )
            return Response(
                status: .ok,
                headers: [.contentType: PrometheusText.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text))
            )
        }
    }

    private static func response(_ status: HTTPResponse.Status, _ word: String) -> Response {
        let value: JSONValue = ["status": .string(word)]
        return Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.serialized))
        )
    }
}
