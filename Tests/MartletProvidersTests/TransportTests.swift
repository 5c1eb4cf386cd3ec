import MartletCore
import MartletProviders
import MartletTestSupport
import Testing

@Suite("What goes wrong on the way", .timeLimit(.minutes(1)))
struct TransportTests {
    private func collect(_ model: any LanguageModel, _ request: GenerationRequest = .hello) async throws
        -> (text: String, summary: GenerationSummary?)
    {
        var text = ""
        var summary: GenerationSummary?
        for try await event in model.generate(request) {
            if case .text(let piece) = event { text += piece }
            if case .finished(let end) = event { summary = end }
        }
        return (text, summary)
    }

    private func model(
        _ provider: ScriptedServer,
        _ transport: ProviderTransport,
        dialect: OpenAIDialect = .openAI,
        _ change: (inout RemoteSettings) -> Void = { _ in }
    ) throws -> OpenAICompatibleModel {
        var settings = RemoteSettings()
        settings.retry.firstPause = .milliseconds(5)
        change(&settings)
        return try OpenAICompatibleModel(
            "gpt-4o-mini",
            at: OpenAIServer(dialect, at: provider.url, key: Secret(ProviderFixture.key)),
            settings: settings,
            transport: transport
        )
    }

    private static let good = ScriptedResponse.events(ProviderFixture.chunks(["Hello"], reason: "stop"))
    private static let firstChunk = ProviderFixture.chunk(["content": "Hel"])

    private func error(
        _ response: ScriptedResponse,
        _ change: @Sendable (inout RemoteSettings) -> Void = { _ in }
    ) async throws -> (error: ProviderError?, requestCount: Int) {
        try await ScriptedServer.run { _, _ in
            response
        } _: { provider in
            try await ProviderTransport.withTransport { transport in
                let model = try model(provider, transport) {
                    $0.retry.maximumRetryCount = 1
                    change(&$0)
                }
                let error = await #expect(throws: ProviderError.self) { try await collect(model) }
                return (error, provider.requests.count)
            }
        }
    }

    private static let page = "<!doctype html><html><body>404</body></html>"
    private static let faults: [(name: String, ScriptedResponse, ProviderError.Code, requestCount: Int)] = [
        ("half an event", .events(firstChunk + "data: {\"cho"), .interrupted, 1),
        ("half an event, nothing said", .events("data: {\"cho"), .interrupted, 2),
        ("no event at all", .events(""), .interrupted, 2),
        ("nothing at all", ScriptedResponse(), .malformedResponse, 1),
        (
            "a page", ScriptedResponse(headers: [("Content-Type", "text/html")], steps: [.send(Array(page.utf8))]),
            .malformedResponse, 1
        ),
        ("a page under another name", .json(page), .malformedResponse, 1),
        ("an event that is not JSON", .events("data: <html>\n\n"), .malformedResponse, 1),
        ("an error in a good answer", .json("{\"error\":{\"message\":\"overloaded\",\"code\":503}}"), .overloaded, 2),
        ("an error among the events", .events("data: {\"error\":{\"message\":\"boom\"}}\n\n"), .serverError, 2),
        (
            "an error after the first words",
            .events(firstChunk + "data: {\"error\":{\"message\":\"boom\",\"type\":\"server_error\"}}\n\n"),
            .serverError, 1
        ),
        ("an empty object", .json("{}"), .malformedResponse, 1),
        ("half an object", .json("{\"choices\": [{\"mess"), .interrupted, 2),
        (
            "a redirection", .json("{}", status: "302 Found", [("Location", "http://127.0.0.1:1/")]),
            .malformedResponse, 1
        ),
        (
            "a bad gateway's page", ScriptedResponse(status: "502 Bad Gateway", steps: [.send(Array(page.utf8))]),
            .serverError, 2
        ),
        (
            "no money",
            .json(
                "{\"error\":{\"message\":\"quota\",\"type\":\"insufficient_quota\"}}",
                status: "429 Too Many Requests"
            ),
            .quotaExhausted, 1
        ),
        ("a filter", .events(ProviderFixture.chunks([], reason: "content_filter")), .contentFiltered, 1),
        (
            "a wait that is too long",
            .json("{}", status: "429 Too Many Requests", [("Retry-After", "3600")]), .rateLimited, 1
        ),
    ]

    @Test("becomes an error of the right kind, and is tried again only where that helps", arguments: faults.indices)
    func fault(index: Int) async throws {
        let row = Self.faults[index]
        let (error, count) = try await error(row.1)
        #expect(error?.code == row.2, "\(row.name): \(String(describing: error))")
        #expect(count == row.requestCount, "\(row.name)")
        #expect(error?.description.contains(ProviderFixture.key) == false)
    }

    @Test("becomes a time-out, whichever step takes too long")
    func timeouts() async throws {
        let silent = try await error(.init(steps: [.hang])) { $0.timeouts.idle = .milliseconds(100) }
        #expect(silent.error?.code == .timedOut)
        let stuck = try await error(ProviderFixture.endless(Self.firstChunk)) { $0.timeouts.idle = .milliseconds(100) }
        #expect(stuck.error?.code == .timedOut)
        #expect(stuck.error?.description.contains("middle") == true)
        let pinging = ScriptedResponse(
            headers: [("Content-Type", "text/event-stream")],
            steps: Array(repeating: [.send(Array(": ping\n\n".utf8)), .pause(.milliseconds(20))], count: 200).flatMap {
                $0
            }
        )
        let total = try await error(pinging) { $0.timeouts.total = .milliseconds(300) }
        #expect(total.error?.code == .timedOut)
    }

    @Test("ends an answer that is too long, and a line that is")
    func sizes() async throws {
        let long = Array(repeating: Self.firstChunk, count: 100).joined()
        let (error, _) = try await error(.events(long)) { $0.maximumAnswerByteCount = 4096 }
        #expect(error?.code == .responseTooLarge)
        // The client has to end it: a server that closes may lose what it has not sent yet.
        let line = ProviderFixture.endless("data: " + String(repeating: "x", count: 5 << 20))
        #expect(try await self.error(line).error?.code == .responseTooLarge)
    }

    @Test("is tried again after 408, 409, 429, 5xx and a closed connection, as long as nothing was said")
    func retries() async throws {
        let refusals: [ScriptedResponse] = [
            .json("{}", status: "408 Request Timeout"), .json("{}", status: "409 Conflict"),
            .json("{}", status: "429 Too Many Requests", [("retry-after-ms", "5")]),
            .json("{}", status: "500 Internal Server Error"), .json("{}", status: "529 Overloaded"), .events(": x\n\n"),
        ]
        for refusal in refusals {
            try await ScriptedServer.run { _, number in
                number < 2 ? refusal : Self.good
            } _: { provider in
                try await ProviderTransport.withTransport { transport in
                    let result = try await collect(try model(provider, transport))
                    #expect(result.text == "Hello")
                    #expect(provider.requests.count == 3)
                }
            }
        }
    }

    @Test("is not tried again without end: the budget of retries is shared by all requests")
    func budget() async throws {
        try await ScriptedServer.run { _, _ in
            .json("{}", status: "500 Internal Server Error")
        } _: { provider in
            try await ProviderTransport.withTransport { transport in
                let model = try model(provider, transport) { $0.retry.firstPause = .microseconds(10) }
                for _ in 0..<10 { _ = try? await collect(model) }
                #expect(provider.requests.count == 20, "ten requests and ten retries")
            }
        }
    }

    @Test("leaves older turns out when a provider finds the conversation too long")
    func shortening() async throws {
        let refusal = ScriptedResponse.json(
            "{\"error\":{\"message\":\"This model's maximum context length is 8 tokens\",\"code\":\"context_length_exceeded\"}}",
            status: "400 Bad Request"
        )
        try await ScriptedServer.run { request, _ in
            request.json["messages"]?.array?.count == 4 ? Self.good : refusal
        } _: { provider in
            try await ProviderTransport.withTransport { transport in
                let turns = (1...4).flatMap { [ChatMessage.user("question \($0)"), .assistant("answer \($0)")] }
                var request = GenerationRequest(.messages([.system("Be kind.")] + turns + [.user("the last")]))
                let result = try await collect(try model(provider, transport), request)
                #expect(result.summary?.droppedTurnCount == 6)
                let last = provider.requests.last?.json["messages"]?.array
                #expect(last?.first?["content"]?.string == "Be kind.")
                #expect(last?.last?["content"]?.string == "the last")
                request.contextOverflow = .fail
                let error = await #expect(throws: ProviderError.self) {
                    try await collect(try model(provider, transport), request)
                }
                #expect(error?.failureKind == .contextTooLong)
            }
        }
    }

    @Test("teaches it which fields a server doesn't take")
    func adaptations() async throws {
        try await ScriptedServer.run { request, _ in
            for field in ["stream_options", "max_completion_tokens"] where request.json[field] != nil {
                return .json(
                    "{\"error\":{\"message\":\"Unrecognized request argument supplied: \(field)\"}}",
                    status: "400 Bad Request"
                )
            }
            return Self.good
        } _: { provider in
            try await ProviderTransport.withTransport { transport in
                let model = try model(provider, transport)
                for _ in 0..<2 { #expect(try await collect(model, .hello).text == "Hello") }
                #expect(provider.requests.count == 4, "two refusals, once and for all")
                #expect(provider.requests.last?.json["max_tokens"]?.integer == 64)
            }
        }
    }

    @Test("lies about tokens are not believed, and prices are known or nil")
    func lies() async throws {
        for count in ["-5", "1e300", "999999999999", "\"many\"", "null", "{}"] {
            let text =
                ProviderFixture.chunk(["content": "Hello there"]) + ProviderFixture.chunk([:], reason: "stop")
                + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":\(count),\"completion_tokens\":\(count)}}\n\n"
            try await ScriptedServer.run { _, _ in
                .events(text)
            } _: { provider in
                try await ProviderTransport.withTransport { transport in
                    let usage = try await collect(try model(provider, transport)).summary?.usage
                    #expect((1..<100).contains(usage?.promptTokenCount ?? 0), "\(count)")
                    #expect((1..<100).contains(usage?.generatedTokenCount ?? 0), "\(count)")
                }
            }
        }
        try await ScriptedServer.run { _, _ in
            Self.good
        } _: { provider in
            try await ProviderTransport.withTransport { transport in
                let usage = try await collect(try model(provider, transport)).summary?.usage
                #expect(usage?.promptTokenCount == 20)
                #expect(usage?.reusedTokenCount == 4)
                #expect(usage?.thinkingTokenCount == 2)
                #expect(abs((usage?.cost ?? 0) - (16 * 0.15 + 4 * 0.075 + 7 * 0.6) / 1_000_000) < 1e-12)
                let unknown = try model(provider, transport, dialect: .vllm)
                #expect(try await collect(unknown).summary?.usage.cost == .some(.none))
            }
        }
    }

    @Test("opens no socket where only local models may be used")
    func localOnly() async throws {
        try await ScriptedServer.run { _, _ in
            Self.good
        } _: { provider in
            try await ProviderTransport.withTransport(isLocalOnly: true) { transport in
                let error = await #expect(throws: ProviderError.self) {
                    try await collect(try model(provider, transport))
                }
                #expect(error?.code == .localOnly)
            }
            #expect(provider.acceptedConnectionCount == 0)
        }
    }

    @Test("says what to check when nobody listens")
    func unreachable() async throws {
        let url = try await ScriptedServer.run { _, _ in
            Self.good
        } _: {
            $0.url
        }
        try await ProviderTransport.withTransport { transport in
            let model = try OpenAICompatibleModel(
                "m",
                at: OpenAIServer(.ollama, at: url, key: nil),
                settings: ProviderFixture.settings,
                transport: transport
            )
            let error = await #expect(throws: ProviderError.self) { try await collect(model) }
            #expect(error?.code == .connectionFailed)
            #expect(error?.description.contains("nothing listens") == true, "\(String(describing: error))")
        }
    }

    private static let addresses: [(String, isAllowed: Bool)] = [
        ("https://api.example.com/v1", true), ("http://127.0.0.1:8080", true), ("http://localhost:11434/v1", true),
        ("http://[::1]:80", true), ("http://api.example.com/v1", false), ("http://127.0.0.1.example.com", false),
        ("http://localhost.example.com", false), ("ftp://x", false), ("", false), ("api.example.com", false),
        ("https://user:secret@api.example.com", false), ("https://api.example.com?key=secret", false),
    ]

    @Test("sends keys in the clear to nobody but this machine", arguments: addresses)
    func endpoints(address: String, isAllowed: Bool) {
        let endpoint = Result { try Endpoint(address, provider: "p") }
        switch endpoint {
        case .success: #expect(isAllowed)
        case .failure(let error):
            #expect(!isAllowed)
            #expect(!"\(error)".contains("secret"))
        }
        if address.hasPrefix("http://api") {
            #expect(throws: Never.self) { try Endpoint(address, provider: "p", allowsOpenConnections: true) }
        }
    }
}

extension GenerationRequest {
    static var hello: GenerationRequest {
        GenerationRequest(.messages([.user("Say hello.")]), maximumTokenCount: 64)
    }
}
