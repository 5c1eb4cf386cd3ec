public import FoundationEssentials

/// How models are fetched.
public struct HubConfiguration: Sendable {
    /// The hub's address.
    public var baseURL: URL
    /// The hub's access token; sent to the hub's own origin alone, and only over TLS or to this machine.
    public var token: String?
    /// A connection that takes longer to open has failed.
    public var connectTimeout: Duration
    /// A connection that is silent for longer has failed.
    public var readTimeout: Duration
    /// Waits between attempts that bring nothing; when they are used up, the download fails.
    public var backoff: [Duration]

    /// Makes a configuration.
    public init(
        baseURL: URL,
        token: String? = nil,
        connectTimeout: Duration = .seconds(15),
        readTimeout: Duration = .seconds(30),
        backoff: [Duration] = [.seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(16), .seconds(30)]
    ) {
        self.baseURL = baseURL
        self.token = token
        self.connectTimeout = connectTimeout
        self.readTimeout = readTimeout
        self.backoff = backoff
    }

    /// Reads `MARTLET_HUB_URL` (default: the Hugging Face hub) and `HF_TOKEN`.
    ///
    /// - Parameters:
    ///   - environment: The process's environment.
    ///   - baseURL: An address that wins over the environment's, such as a command's option.
    /// - Throws: `invalidReference` for an address that isn't one.
    public static func standard(
        environment: [String: String],
        baseURL: String? = nil
    ) throws(HubError) -> HubConfiguration {
        let text = baseURL ?? environment["MARTLET_HUB_URL"] ?? "https://huggingface.co"
        guard let url = URL(string: text), let scheme = url.scheme, ["http", "https"].contains(scheme.lowercased()),
            let host = url.host, !host.isEmpty
        else {
            throw HubError(
                .invalidReference,
                "The hub's address isn't a valid http(s) address.",
                remedy: "Correct --base-url or MARTLET_HUB_URL; the default is https://huggingface.co."
            )
        }
        let token = environment["HF_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        guard token?.utf8.allSatisfy({ (33...126).contains($0) }) ?? true else {
            throw HubError(
                .notAuthorized,
                "HF_TOKEN contains characters that no token has.",
                remedy: "Copy the token again, without spaces and line ends."
            )
        }
        return HubConfiguration(baseURL: url, token: token)
    }

    /// The token, if `url` may see it.
    func token(for url: URL) -> String? {
        guard let token, Origin(url) == Origin(baseURL) else { return nil }
        return url.scheme?.lowercased() == "https" || Origin.isLoopback(url) ? token : nil
    }
}

/// Scheme, host and port: what decides whether two addresses belong together.
struct Origin: Equatable {
    let scheme: String
    let host: String
    let port: Int

    init(_ url: URL) {
        scheme = url.scheme?.lowercased() ?? ""
        host = url.host?.lowercased() ?? ""
        port = url.port ?? (scheme == "https" ? 443 : 80)
    }

    static func isLoopback(_ url: URL) -> Bool {
        ["127.0.0.1", "localhost", "::1", "[::1]"].contains(url.host?.lowercased() ?? "")
    }
}
