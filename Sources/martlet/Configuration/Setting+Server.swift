extension Setting {
    /// Everything that can be set for the server.
    static let server: [Setting] = [
        serverHost, serverPort, serverKeysFile, serverKeys, serverKey, serverMetricsKey, serverAllowsNoKeys,
        serverOrigins, serverCertificate, serverCertificateKey, serverBodyLimit, serverDrainTimeout,
        serverRequestsPerMinute, serverTokensPerMinute, serverTokensPerDay, serverConcurrentRequests,
    ]

    static let serverHost = Setting(
        key: "server.host",
        environmentName: "MARTLET_HOST",
        option: "--host",
        summary: "the address or name to listen at"
    )
    static let serverPort = Setting(
        key: "server.port",
        environmentName: "MARTLET_PORT",
        option: "--port",
        summary: "the port to listen at"
    )
    static let serverKeysFile = Setting(
        key: "server.keysFile",
        environmentName: "MARTLET_API_KEYS_FILE",
        option: "--keys",
        summary: "a file of API keys, a line each"
    )
    static let serverKeys = Setting(
        key: "server.apiKeys",
        environmentName: "MARTLET_API_KEYS",
        isSecret: true,
        summary: "API keys as name:key, with commas between them"
    )
    static let serverKey = Setting(
        key: "server.apiKey",
        environmentName: "MARTLET_API_KEY",
        isSecret: true,
        summary: "one API key, for a caller named default"
    )
    static let serverMetricsKey = Setting(
        key: "server.metricsKey",
        environmentName: "MARTLET_METRICS_KEY",
        isSecret: true,
        summary: "a key that may read /metrics and nothing else"
    )
    static let serverAllowsNoKeys = Setting(
        key: "server.insecureNoKeys",
        environmentName: "MARTLET_INSECURE_NO_KEYS",
        option: "--insecure-no-keys",
        summary: "whether others may use the server without keys"
    )
    static let serverOrigins = Setting(
        key: "server.corsOrigins",
        environmentName: "MARTLET_CORS_ORIGINS",
        option: "--cors-origin",
        summary: "origins of pages that may use the API, with commas between them"
    )
    static let serverCertificate = Setting(
        key: "server.tlsCertificate",
        environmentName: "MARTLET_TLS_CERTIFICATE",
        option: "--tls-certificate",
        summary: "the certificate's file"
    )
    static let serverCertificateKey = Setting(
        key: "server.tlsKey",
        environmentName: "MARTLET_TLS_KEY",
        option: "--tls-key",
        summary: "the certificate's private key"
    )
    static let serverBodyLimit = Setting(
        key: "server.maximumBody",
        environmentName: "MARTLET_MAXIMUM_BODY",
        option: "--max-body",
        summary: "the largest request in bytes, also as 512K or 8M"
    )
    static let serverDrainTimeout = Setting(
        key: "server.drainTimeout",
        environmentName: "MARTLET_DRAIN_TIMEOUT",
        option: "--drain-timeout",
        summary: "seconds that running answers get when the server is stopped"
    )
    static let serverRequestsPerMinute = Setting(
        key: "server.limits.requestsPerMinute",
        environmentName: "MARTLET_REQUESTS_PER_MINUTE",
        summary: "requests a minute of each caller that has no limit of its own"
    )
    static let serverTokensPerMinute = Setting(
        key: "server.limits.tokensPerMinute",
        environmentName: "MARTLET_TOKENS_PER_MINUTE",
        summary: "tokens a minute of each caller that has no limit of its own"
    )
    static let serverTokensPerDay = Setting(
        key: "server.limits.tokensPerDay",
        environmentName: "MARTLET_TOKENS_PER_DAY",
        summary: "tokens a day of each caller that has no limit of its own"
    )
    static let serverConcurrentRequests = Setting(
        key: "server.limits.concurrentRequests",
        environmentName: "MARTLET_CONCURRENT_REQUESTS",
        summary: "requests at the same time of each caller that has no limit of its own"
    )
}
