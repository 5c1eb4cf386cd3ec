public import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Tries a webhook from here, with nothing to deliver.
public enum WebhookProbe {
    /// What came of it.
    public enum Outcome: Sendable, Hashable {
        /// A bot answers, and the secret is right.
        case accepted
        /// A bot answers, and expects another secret.
        case wrongSecret
        /// Something answers otherwise, with this status.
        case unexpected(status: Int)
        /// Nothing answers, as seen from here.
        case unreachable
    }

    /// Sends an empty request with the secret; nothing is recorded by it.
    public static func ask(_ settings: WebhookSettings, at url: String, client: HTTPClient) async -> Outcome {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: WebhookRequest.secretHeader, value: settings.secrets[0].rawValue)
        guard let response = try? await client.execute(request, timeout: .seconds(10)) else { return .unreachable }
        return switch response.status.code {
        case 204: .accepted
        case 401: .wrongSecret
        default: .unexpected(status: Int(response.status.code))
        }
    }
}
