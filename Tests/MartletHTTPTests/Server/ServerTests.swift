import HTTPTypes
import HummingbirdTesting
import MartletCore
import MartletHTTP
import MartletTestSupport
import NIOCore
import Testing

@Suite("The server")
struct ServerTests {
    private func envelope(_ body: ByteBuffer) throws -> JSONValue? {
        try JSONValue(parsing: Array(body.readableBytesView))["error"]
    }

    @Test("answers unknown addresses and wrong methods in OpenAI's envelope")
    func unknown() async throws {
        try await ServerBench().withClient { client in
            try await client.execute(uri: "/v2/nothing?key=secret", method: .get) { response in
                #expect(response.status == .notFound)
                let error = try envelope(response.body)
                #expect(error?["code"] == "unknown_url")
            }
            try await client.execute(uri: "/v1/body", method: .delete) { response in
                #expect(response.status == .methodNotAllowed)
                #expect(response.headers[.allow] == "POST")
                let error = try envelope(response.body)
                #expect(error?["code"] == "method_not_allowed")
            }
            try await client.execute(uri: "/health", method: .post) { response in
                #expect(response.headers[.allow] == "GET, HEAD")
            }
            try await client.execute(uri: "/v1/fail", method: .get) { response in
                #expect(response.status == .internalServerError)
                let error = try envelope(response.body)
                #expect(error?["type"] == "server_error")
                #expect(!String(buffer: response.body).contains("secret"))
            }
        }
    }

    @Test("answers HEAD without a body and OPTIONS with the methods")
    func headAndOptions() async throws {
        try await ServerBench().withClient { client in
            try await client.execute(uri: "/health", method: .head) { response in
                #expect(response.status == .ok)
                #expect(response.body.readableBytes == 0)
            }
            try await client.execute(uri: "/v1/body", method: .options) { response in
                #expect(response.status == .noContent)
                #expect(response.headers[.allow] == "POST, OPTIONS")
                #expect(response.headers[.accessControlAllowOrigin] == nil)
            }
        }
    }

    @Test("says whether it is alive, and whether it takes requests")
    func readiness() async throws {
        var bench = ServerBench()
        bench.isReady = false
        try await bench.withClient { client in
            try await client.execute(uri: "/health", method: .get) { #expect($0.status == .ok) }
            try await client.execute(uri: "/ready", method: .get) { response in
                #expect(response.status == .serviceUnavailable)
                #expect(String(buffer: response.body) == #"{"status":"loading"}"#)
            }
            try await client.execute(uri: "/v1/body", method: .post) { response in
                #expect(response.status == .serviceUnavailable)
                #expect(response.headers[HTTPField.Name("retry-after")!] == "2")
            }
        }
        try await ServerBench().withClient { client in
            try await client.execute(uri: "/ready", method: .get) { #expect($0.status == .ok) }
        }
    }

    @Test(
        "takes over a sane request id and makes one otherwise",
        arguments: [
            ("abc-1:2_3.Z", true), ("", false), ("a b", false), ("a\"b", false), ("é", false),
            (String(repeating: "x", count: 128), true), (String(repeating: "x", count: 129), false),
        ]
    )
    func requestIDs(id: String, isTaken: Bool) async throws {
        let bench = ServerBench()
        let name = HTTPField.Name("x-request-id")!
        try await bench.withClient { client in
            try await client.execute(uri: "/health", method: .get, headers: [name: id]) { response in
                let given = response.headers[name]
                #expect((given == id) == isTaken)
                #expect(isTaken || given?.hasPrefix("req_") == true)
                #expect(bench.log.requestLines().last?.contains("request.id=\(given ?? "?")") == true)
            }
        }
    }

    @Test("logs one line a request, without its query, its body or its key")
    func accessLog() async throws {
        var keys = AccessKeys()
        keys.add(AccessKey(name: "ada", key: "secret-key"))
        var bench = ServerBench()
        bench.keys = KeyRing(keys)
        try await bench.withClient { client in
            try await client.execute(
                uri: "/v1/body?secret-query",
                method: .post,
                headers: [.authorization: "Bearer secret-key"],
                body: ByteBuffer(string: "secret-body")
            ) { #expect(String(buffer: $0.body) == "11 ada") }
            try await client.execute(uri: "/secret-path", method: .get) { _ in }
        }
        let lines = bench.log.requestLines()
        #expect(lines.count == 2)
        #expect(lines.first?.contains("caller.name=ada http.complete=true http.method=POST") == true)
        #expect(lines.last?.contains("http.route=unmatched") == true)
        #expect(!bench.log.lines.joined().contains("secret"))
    }

    @Test("lets only those in who show a key, and only to what its rights allow")
    func access() async throws {
        var keys = AccessKeys()
        keys.add(AccessKey(name: "ada", key: "ada-secret"))
        keys.add(AccessKey(name: "grafana", key: "grafana-secret", rights: .metrics))
        var bench = ServerBench()
        bench.keys = KeyRing(keys)
        let cases: [(String, HTTPRequest.Method, String?, Int)] = [
            ("/health", .get, nil, 200), ("/ready", .get, nil, 200), ("/v1/body", .post, nil, 401),
            ("/v1/body", .post, "wrong-secret", 401), ("/v1/body", .post, "ada-secret", 200),
            ("/v1/body", .post, "grafana-secret", 403), ("/metrics", .get, nil, 401),
            ("/metrics", .get, "ada-secret", 403), ("/metrics", .get, "grafana-secret", 200),
            ("/nothing", .get, nil, 404), ("/v1/body", .options, nil, 204),
        ]
        try await bench.withClient { client in
            for (path, method, key, status) in cases {
                let headers: HTTPFields = key.map { [.authorization: "Bearer \($0)"] } ?? [:]
                try await client.execute(uri: path, method: method, headers: headers) { response in
                    #expect(response.status.code == status, "\(method) \(path) \(key ?? "-")")
                    if status == 401 { #expect(response.headers[.wwwAuthenticate] == "Bearer") }
                    let error = status >= 400 ? try envelope(response.body) : nil
                    #expect((error != nil) == (status >= 400))
                }
            }
        }
    }

    @Test("sends the fields of a caller's limits, and 429 where they are reached")
    func limits() async throws {
        var keys = AccessKeys()
        keys.add(AccessKey(name: "ada", key: "ada-secret", limits: CallerLimits(requestsPerMinute: 2)))
        var bench = ServerBench()
        bench.keys = KeyRing(keys)
        bench.configuration.limits = CallerLimits(tokensPerMinute: 1000)
        try await bench.withClient { client in
            for remaining in ["1", "0"] {
                try await client.execute(
                    uri: "/v1/stream",
                    method: .post,
                    headers: [.authorization: "Bearer ada-secret"]
                ) { response in
                    #expect(String(buffer: response.body) == "one two three")
                    #expect(response.headers[HTTPField.Name("x-ratelimit-remaining-requests")!] == remaining)
                    #expect(response.headers[HTTPField.Name("x-ratelimit-limit-tokens")!] == "1000")
                }
            }
            try await client.execute(uri: "/v1/stream", method: .post, headers: [.authorization: "Bearer ada-secret"]) {
                #expect($0.status == .tooManyRequests)
                // Two a minute: half a minute, less what this test has taken.
                let wait = try #require($0.headers[HTTPField.Name("retry-after")!].flatMap { Int($0) })
                #expect((1...30).contains(wait))
                let error = try envelope($0.body)
                #expect(error?["code"] == "rate_limit_exceeded")
            }
        }
    }

    @Test("refuses bodies over the limit, announced or not")
    func bodyLimit() async throws {
        var bench = ServerBench()
        bench.configuration.bodyLimit = 100
        try await bench.withClient { client in
            for (count, status) in [(100, 200), (101, 413)] {
                let body = ByteBuffer(repeating: 65, count: count)
                try await client.execute(uri: "/v1/body", method: .post, body: body) { response in
                    #expect(response.status.code == status)
                }
            }
            try await client.execute(uri: "/v1/body", method: .post, headers: [.contentLength: "99999999999"]) {
                #expect($0.status == .contentTooLarge)
                let error = try envelope($0.body)
                #expect(error?["code"] == "request_too_large")
            }
        }
    }

    @Test("keeps pages of other origins out unless they are allowed")
    func crossOrigin() async throws {
        let preflight: HTTPFields = [
            .origin: "https://chat.example", .accessControlRequestMethod: "POST",
            .accessControlRequestHeaders: "authorization, X-Stainless-OS, bad name\u{7F}",
        ]
        let cases: [([String], String?)] = [
            ([], nil), (["https://other.example"], nil), (["https://chat.example"], "https://chat.example"),
            (["*"], "*"),
        ]
        for (origins, allowed) in cases {
            var bench = ServerBench()
            bench.configuration.allowedOrigins = origins
            try await bench.withClient { client in
                try await client.execute(uri: "/v1/body", method: .options, headers: preflight) { response in
                    #expect(response.status == .noContent)
                    #expect(response.headers[.accessControlAllowOrigin] == allowed)
                    let names = response.headers[.accessControlAllowHeaders]
                    #expect(allowed == nil ? names == nil : names?.hasPrefix("authorization, x-stainless-os") == true)
                }
                try await client.execute(uri: "/v1/fail", method: .get, headers: [.origin: "https://chat.example"]) {
                    #expect($0.headers[.accessControlAllowOrigin] == allowed, "errors can be read too")
                }
            }
        }
    }

    @Test("counts what it does, with nothing in the labels that a caller makes up")
    func metrics() async throws {
        let bench = ServerBench()
        try await bench.withClient { client in
            try await client.execute(uri: "/v1/stream", method: .post) { #expect($0.status == .ok) }
            try await client.execute(uri: "/made-up", method: HTTPRequest.Method("MADEUP")!) { _ in }
            try await client.execute(uri: "/metrics", method: .get) { response in
                #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
                let text = String(buffer: response.body)
                for line in [
                    #"martlet_http_requests_total{route="/v1/stream",method="POST",status="200"} 1"#,
                    #"martlet_http_requests_total{route="unmatched",method="other",status="404"} 1"#,
                    #"martlet_generated_tokens_total{model="scripted",key="anonymous"} 3"#,
                    #"martlet_generations_total{model="scripted",reason="end_of_turn"} 1"#,
                    #"martlet_generations_active{model="scripted"} 0"#,
                    #"martlet_time_to_first_token_seconds_count{model="scripted"} 1"#,
                    #"martlet_build_info{version="0.0.0"} 1"#, "martlet_ready 1", "martlet_http_requests_active 1",
                ] {
                    #expect(text.contains(line + "\n"), "\(line)")
                }
                #expect(!text.lowercased().contains("made"))
            }
        }
    }
}
