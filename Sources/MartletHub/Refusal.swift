import AsyncHTTPClient
import FoundationEssentials
import NIOHTTP1

/// What a status that isn't a file means, and what to do about it.
struct Refusal {
    let url: URL
    let source: URL
    let configuration: HubConfiguration

    private var host: String { url.host ?? "The server" }
    private var isHub: Bool { Origin(url) == Origin(configuration.baseURL) }

    /// A `HubError` for what stays wrong, an `Interruption` for what may pass.
    func error(for response: HTTPClientResponse) -> any Error {
        switch response.status.code {
        case 401, 403:
            // A signed address behind a redirection runs out; the next attempt gets a fresh one.
            if url != source, !isHub { return Interruption(reason: "\(host) no longer accepts the redirection.") }
            return notAuthorized(hubCode: response.headers.first(name: "x-error-code"))
        case 404, 410:
            return HubError(
                .notFound,
                "\(host) has no such file (\(response.status.code)).",
                remedy: "Check the spelling of repository and file; capital letters count."
            )
        case 408, 429, 500...599:
            let seconds = response.headers.first(name: "retry-after").flatMap { Int($0) } ?? 0
            return Interruption(
                reason: "\(host) answered \(response.status.code).",
                minimumWait: .seconds(min(max(seconds, 0), 120))
            )
        default:
            return HubError(
                .unexpectedResponse,
                "\(host) answered \(response.status.code).",
                remedy: "Check the address."
            )
        }
    }

    private func notAuthorized(hubCode: String?) -> HubError {
        guard isHub else {
            return HubError(
                .notAuthorized,
                "\(host) doesn't give the file to everybody.",
                remedy: "Fetch it with a browser, or use another source."
            )
        }
        let hub = configuration.baseURL.absoluteString
        if hubCode == "RepoNotFound" {
            return HubError(
                .notFound,
                "The hub has no such repository, or it is private.",
                remedy: configuration.token == nil
                    ? "Check the spelling; for a private one, set HF_TOKEN to a token from \(hub)/settings/tokens."
                    : "Check the spelling, and that the token in HF_TOKEN may read it."
            )
        }
        if configuration.token(for: url) == nil, configuration.token != nil {
            return HubError(
                .notAuthorized,
                "The hub wants a token, and HF_TOKEN is not sent over an open connection.",
                remedy: "Use an https address for the hub."
            )
        }
        return HubError(
            .notAuthorized,
            configuration.token == nil
                ? "The hub gives this file only to people who accepted its terms."
                : "The hub doesn't give this file to the token in HF_TOKEN.",
            remedy: "Accept the terms on the model's page, make a read token at \(hub)/settings/tokens, "
                + "and set HF_TOKEN to it."
        )
    }
}
