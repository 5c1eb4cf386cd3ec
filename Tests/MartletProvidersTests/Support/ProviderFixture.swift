import MartletCore
import MartletProviders
import MartletTestSupport
import Testing

/// A kind of provider, and how it says what a scenario needs.
struct ProviderFixture: Sendable, CustomTestStringConvertible {
    var name: String
    /// Makes a model that talks to an address.
    var make: @Sendable (_ url: String, _ transport: ProviderTransport) throws -> any ModelObserving
    /// The answer of a scenario.
    var answer: @Sendable (ModelConformance.Scenario) -> ScriptedResponse

    var testDescription: String { name }

    static let key = "sk-test-0123456789abcdef"

    static var settings: RemoteSettings {
        var settings = RemoteSettings()
        settings.retry.maximumRetryCount = 0
        return settings
    }

    static let all = [openAI, openAIWhole, anthropic, bedrock, bedrockWhole]

    /// Runs a behaviour's check against a provider that plays its scenario.
    @Sendable func run(
        _ scenario: ModelConformance.Scenario,
        _ check: @Sendable (ModelConformance.Subject) async throws -> [String]
    ) async throws -> [String] {
        try await ScriptedServer.run { request, _ in
            request.path.hasSuffix("count_tokens") ? Self.count(request) : answer(scenario)
        } _: { provider in
            try await ProviderTransport.withTransport { transport in
                let model = try make(provider.url, transport)
                return try await check(
                    ModelConformance.Subject(model) {
                        provider.openConnectionCount == 0 && model.statistics.activeRequestCount == 0
                    }
                )
            }
        }
    }

    private static func count(_ request: ReceivedRequest) -> ScriptedResponse {
        .json("{\"input_tokens\": \(request.body.count / 4)}")
    }

    /// The refusals of the failing scenarios, by the provider's names for them.
    private static func refusal(
        _ kind: ModelFailureKind,
        _ error: (_ type: String, _ message: String) -> String
    ) -> ScriptedResponse {
        let text = "my grandmother's recipe for plum jam"
        return switch kind {
        case .contextTooLong:
            .json(error("invalid_request_error", "prompt is too long: 300000 tokens"), status: "400 Bad Request")
        case .overloaded: .json(error("rate_limit_error", "slow down"), status: "429 Too Many Requests")
        case .notAuthorized: .json(error("authentication_error", "bad key \(key)"), status: "401 Unauthorized")
        case .unknownModel: .json(error("not_found_error", "no such model"), status: "404 Not Found")
        case .unavailable: .json(error("api_error", "oh no: \(text)"), status: "500 Internal Server Error")
        default:
            .json(error("invalid_request_error", "bad content '\(text)' for key \(key)"), status: "400 Bad Request")
        }
    }

    static func standardRefusal(_ kind: ModelFailureKind) -> ScriptedResponse {
        refusal(kind) { "{\"type\":\"error\",\"error\":{\"type\":\"\($0)\",\"message\":\"\($1)\"}}" }
    }

    static func amazonRefusal(_ kind: ModelFailureKind) -> ScriptedResponse {
        var response = refusal(kind) { "{\"message\":\"\($1)\"}" }
        let type: String =
            switch kind {
            case .overloaded: "ThrottlingException"
            case .notAuthorized: "AccessDeniedException"
            case .unknownModel: "ResourceNotFoundException"
            case .unavailable: "InternalServerException:http://internal.amazon.com/coral/"
            default: "ValidationException"
            }
        response.headers.append(("x-amzn-ErrorType", type))
        return response
    }
}
