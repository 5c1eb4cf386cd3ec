import AsyncHTTPClient
import Logging
import MartletAWS
import MartletCore
import MartletTestSupport
import Testing

@Suite("Answers and settings that are wrong", .timeLimit(.minutes(1)))
struct BadAnswerTests {
    private static let operation = AWSOperation(
        service: "secretsmanager",
        target: "secretsmanager.GetSecretValue",
        jsonVersion: "1.1",
        isIdempotent: true
    )
    private static let secret = "wJalrXUtnFEMI-K7MDENG"
    private static let token = "FwoGZXIvYXdzEBYaDHqa0AP"

    private func error(
        endpoint: String?,
        region: String = "eu-west-1",
        timeout: Duration = .seconds(10)
    ) async throws -> AWSError {
        var retry = AWSRetryPolicy()
        retry.maximumRetryCount = 1
        retry.firstPause = .milliseconds(1)
        let policy = retry
        let error = await #expect(throws: AWSError.self) {
            try await withHTTPClient { http in
                let client = AWSClient(
                    region: region,
                    credentials: FixedCredentials(
                        AWSCredentials(accessKeyID: "AKID", secretAccessKey: Self.secret, sessionToken: Self.token)
                    ),
                    httpClient: http,
                    endpoint: endpoint,
                    retry: policy,
                    logger: .quiet
                )
                _ = try await client.call(Self.operation, [:], timeout: timeout)
            }
        }
        let found = try #require(error)
        var dumped = ""
        dump(found, to: &dumped)
        for hidden in [Self.secret, Self.token] {
            #expect(!"\(found) \(String(reflecting: found)) \(dumped)".contains(hidden))
        }
        #expect(found.remedy?.isEmpty == false || found.code == "Odd")
        return found
    }

    private func error(_ response: ScriptedResponse, timeout: Duration = .seconds(10)) async throws -> AWSError {
        try await ScriptedServer.run { _, _ in
            response
        } _: { server in
            try await error(endpoint: server.url, timeout: timeout)
        }
    }

    @Test("a page of a proxy's is told for what it is", arguments: ["200 OK", "403 Forbidden", "502 Bad Gateway"])
    func page(status: String) async throws {
        let page = ScriptedResponse(
            status: status,
            headers: [("Content-Type", "text/html")],
            steps: [.send(Array("<html>Sign in</html>".utf8))]
        )
        let error = try await error(page)
        #expect(error.code == AWSError.unreadable)
        #expect(error.description.contains("proxy"))
        #expect(!error.description.contains("Sign in"))
    }

    @Test("an answer that breaks off is asked for again, then told")
    func truncated() async throws {
        let cut = ScriptedResponse(
            headers: [("Content-Type", "application/x-amz-json-1.1")],
            steps: [.send(Array(#"{"SecretString":"hal"#.utf8))]
        )
        #expect(try await error(cut).code == AWSError.truncated)
        #expect(try await error(.json("{}", status: "404 Not Found")).code == AWSError.unreadable)
        #expect(try await error(.json("[1]", status: "500 Oops")).isTransient)
    }

    @Test("an answer that is cut anywhere is never taken for one")
    func prefixes() async throws {
        let whole = Array(#"{"SecretString":"é\u00e9","Versions":[1,-2.5e3,null]}"#.utf8)
        try await ScriptedServer.run { _, number in
            ScriptedResponse(
                headers: [("Content-Type", "application/x-amz-json-1.1")],
                steps: [.send(Array(whole.prefix(number / 2 + 1)))]
            )
        } _: { server in
            for _ in 1..<whole.count {
                let code = try await error(endpoint: server.url).code
                #expect(code == AWSError.truncated)
            }
        }
    }

    @Test("a body without end is not read to its end")
    func huge() async throws {
        let body = ScriptedResponse.Step.send(Array(repeating: 0x20, count: 1 << 20))
        let error = try await error(ScriptedResponse(steps: Array(repeating: body, count: 40) + [.hang]))
        #expect(error.code == AWSError.tooLarge)
    }

    @Test("silence ends with the time that a call has, bodies included")
    func silence() async throws {
        let start = ContinuousClock.now
        #expect(
            try await error(ScriptedResponse(steps: [.hang]), timeout: .milliseconds(300)).code == AWSError.timedOut
        )
        let beginning = ScriptedResponse(headers: [("Content-Length", "10")], steps: [.send([0x7B]), .hang])
        #expect(try await error(beginning, timeout: .milliseconds(300)).code == AWSError.timedOut)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("a port where nothing listens is told")
    func nobody() async throws {
        let port = try await ScriptedServer.run({ _, _ in .json("{}") }, { $0.port })
        let error = try await error(endpoint: "http://127.0.0.1:\(port)")
        #expect(error.code == AWSError.unreachable)
        #expect(error.description.contains("nothing listens"))
    }

    @Test(
        "an address that is none, or would send secrets in the clear, is refused",
        arguments: [
            "", "nonsense", "ftp://127.0.0.1", "http://", "http://example.com", "http://8.8.8.8:5000",
            "http://user:password@127.0.0.1", "http://127.0.0.1:99999",
        ]
    )
    func endpoints(text: String) async throws {
        #expect(try await error(endpoint: text).code == AWSError.invalidEndpoint)
    }

    @Test(
        "a region that is none is refused before anything is sent",
        arguments: ["", "eu west", "eu-west-1.evil.com/"]
    )
    func regions(text: String) async throws {
        #expect(try await error(endpoint: nil, region: text).code == AWSError.invalidRegion)
    }

    @Test("what a service quotes of the request is not repeated")
    func quotes() async throws {
        func refusal(_ code: String, _ message: String) -> ScriptedResponse {
            .json(
                JSONValue.object(["__type": .string(code), "message": .string(message)]).text,
                status: "400 Bad Request"
            )
        }
        let signature = try await error(
            refusal("SignatureDoesNotMatch", "The Canonical String should have been x-amz-security-token:\(Self.token)")
        )
        #expect(signature.description.contains("the signature is not accepted"))
        let other = try await error(refusal("Odd", "the key \(Self.secret) is odd"))
        #expect(other.message.contains("<secret>"))
        let value = try await error(
            refusal("Odd", "1 error: Value 'my private words' at 'body' failed to satisfy")
        )
        #expect(value.message.contains("Value '…' at 'body'"))
        #expect(!value.message.contains("private"))
        let long = try await error(refusal("Odd", String(repeating: "x\n", count: 5000)))
        #expect(long.message.count < 500)
    }
}
