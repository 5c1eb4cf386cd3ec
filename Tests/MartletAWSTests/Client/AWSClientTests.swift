import AsyncHTTPClient
import Logging
import MartletAWS
import MartletCore
import MartletTestSupport
import Synchronization
import Testing

@Suite("Calls of services that speak AWS JSON", .timeLimit(.minutes(1)))
struct AWSClientTests {
    private static let read = AWSOperation(
        service: "dynamodb",
        target: "DynamoDB_20120810.GetItem",
        isIdempotent: true
    )
    private static let write = AWSOperation(
        service: "dynamodb",
        target: "DynamoDB_20120810.PutItem",
        isIdempotent: false
    )
    private static let secret = "wJalrXUtnFEMI"
    private static let token = "FwoGZXIvYXdzEBYaD"

    /// Credentials that change when they are refused.
    private final class Changing: CredentialsProviding {
        private let number = Mutex(1)

        func credentials() -> AWSCredentials {
            AWSCredentials(
                accessKeyID: "AKID\(number.withLock { $0 })",
                secretAccessKey: AWSClientTests.secret,
                sessionToken: AWSClientTests.token
            )
        }

        func refused(_ credentials: AWSCredentials) async {
            number.withLock { $0 += 1 }
        }
    }

    /// What a call came to, and what the server saw.
    private struct Exchange {
        var result: Result<JSONValue, any Error>
        var requests: [ReceivedRequest]
        var error: AWSError? {
            if case .failure(let error) = result { error as? AWSError } else { nil }
        }
        var value: JSONValue? { try? result.get() }
    }

    private func exchange(
        _ operation: AWSOperation = read,
        region: String = "eu-west-1",
        timeout: Duration = .seconds(10),
        _ change: (inout AWSRetryPolicy) -> Void = { _ in },
        _ script: @escaping @Sendable (ReceivedRequest, Int) -> ScriptedResponse
    ) async throws -> Exchange {
        var retry = AWSRetryPolicy()
        retry.firstPause = .milliseconds(1)
        retry.firstThrottlingPause = .milliseconds(1)
        change(&retry)
        let policy = retry
        return try await ScriptedServer.run(script) { server in
            try await withHTTPClient { http in
                let client = AWSClient(
                    region: region,
                    credentials: Changing(),
                    httpClient: http,
                    endpoint: server.url,
                    retry: policy,
                    logger: .quiet
                )
                do {
                    let value = try await client.call(operation, ["TableName": "t"], timeout: timeout)
                    return Exchange(result: .success(value), requests: server.requests)
                } catch {
                    return Exchange(result: .failure(error), requests: server.requests)
                }
            }
        }
    }

    private static func refusal(
        _ code: String,
        status: String = "400 Bad Request",
        message: String = "No.",
        _ headers: [(String, String)] = []
    ) -> ScriptedResponse {
        .json(
            JSONValue.object([
                "__type": .string("com.amazonaws.dynamodb.v20120810#\(code)"), "message": .string(message),
            ]).text,
            status: status,
            [("x-amzn-RequestId", "R1")] + headers
        )
    }

    @Test("sends what the protocol wants, signed, and reads the answer")
    func request() async throws {
        let exchange = try await exchange { _, _ in .json(#"{"Item":{"a":{"S":"ü"}}}"#) }
        #expect(exchange.value?["Item"]?["a"]?["S"]?.string == "ü")
        let request = try #require(exchange.requests.first)
        #expect(request.method == "POST" && request.path == "/")
        #expect(request.headers["x-amz-target"] == "DynamoDB_20120810.GetItem")
        #expect(request.headers["content-type"] == "application/x-amz-json-1.0")
        #expect(request.headers["x-amz-security-token"] == Self.token)
        #expect(request.json == ["TableName": "t"])
        let authorization = try #require(request.headers["authorization"])
        #expect(authorization.contains("/eu-west-1/dynamodb/aws4_request"))
        #expect(
            authorization.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target,")
        )
    }

    @Test("takes an empty answer for an empty object")
    func empty() async throws {
        #expect(try await exchange { _, _ in .json("") }.value == .object([:]))
    }

    @Test(
        "tells errors by their names, however they are written",
        arguments: [
            #"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"No."}"#,
            #"{"__type":"ConditionalCheckFailedException","Message":"No."}"#,
            #"{"code":"ConditionalCheckFailedException:http://internal/","message":"No."}"#,
        ]
    )
    func names(body: String) async throws {
        let exchange = try await exchange { _, _ in .json(body, status: "400 Bad Request") }
        #expect(exchange.error?.code == "ConditionalCheckFailedException")
        #expect(exchange.error?.message == "dynamodb:GetItem: No")
        #expect(exchange.error?.isTransient == false)
        #expect(exchange.requests.count == 1)
    }

    @Test("keeps an error's body for the caller and out of its words")
    func details() async throws {
        let body = #"{"__type":"a#ConditionalCheckFailedException","message":"No.","Item":{"text":{"S":"private"}}}"#
        let error = try #require(try await exchange { _, _ in .json(body, status: "400 Bad Request") }.error)
        #expect(error.details["Item"]?["text"]?["S"]?.string == "private")
        var dumped = ""
        dump(error, to: &dumped)
        #expect(!"\(error) \(String(reflecting: error)) \(dumped)".contains("private"))
    }

    @Test(
        "asks again after throttling and failures of the service",
        arguments: [
            "ThrottlingException", "ProvisionedThroughputExceededException", "InternalServerError", "RequestThrottled",
        ]
    )
    func retries(code: String) async throws {
        let exchange = try await exchange { _, number in
            number < 2 ? Self.refusal(code, status: "500 Oops") : .json("{}")
        }
        #expect(exchange.value != nil)
        #expect(exchange.requests.count == 3)
    }

    @Test("asks no more often than the policy says, and says what the last answer was")
    func limit() async throws {
        let exchange = try await exchange(Self.read) {
            $0.maximumRetryCount = 2
        } _: { _, _ in
            Self.refusal("ThrottlingException")
        }
        #expect(exchange.requests.count == 3)
        #expect(exchange.error?.isThrottling == true)
        #expect(exchange.error?.description.contains("Wait a moment") == true)
    }

    @Test("stops asking again when the budget for it is spent")
    func budget() async throws {
        let exchange = try await exchange(Self.read) {
            $0.budget = 1
        } _: { _, _ in
            Self.refusal("ThrottlingException")
        }
        #expect(exchange.requests.count == 2)
    }

    @Test("does nothing twice that may have been done: only what was certainly not is sent again")
    func writes() async throws {
        let failed = try await exchange(Self.write) { _, _ in Self.refusal("InternalServerError", status: "500 Oops") }
        #expect(failed.requests.count == 1)
        let lost = try await exchange(Self.write) { _, _ in
            ScriptedResponse(headers: [("Content-Length", "100")], steps: [.send([0x7B])])
        }
        #expect(lost.requests.count == 1)
        #expect(lost.error?.code == AWSError.connectionLost)
        let throttled = try await exchange(Self.write) { _, number in
            number == 0 ? Self.refusal("ThrottlingException") : .json("{}")
        }
        #expect(throttled.requests.count == 2)
        #expect(throttled.value != nil)
    }

    @Test("repeats what is idempotent after a broken connection")
    func brokenConnection() async throws {
        let exchange = try await exchange { _, number in
            number == 0 ? ScriptedResponse(headers: [("Content-Length", "100")], steps: [.send([0x7B])]) : .json("{}")
        }
        #expect(exchange.value != nil)
        #expect(exchange.requests.count == 2)
    }

    @Test("waits as long as a service asks, up to a limit")
    func retryAfter() async throws {
        let start = ContinuousClock.now
        let exchange = try await exchange { _, number in
            number == 0 ? Self.refusal("ThrottlingException", [("x-amz-retry-after", "200")]) : .json("{}")
        }
        #expect(exchange.value != nil)
        #expect(ContinuousClock.now - start >= .milliseconds(200))
    }

    @Test("puts its clock right by the service's, once")
    func clock() async throws {
        let exchange = try await exchange { request, _ in
            // The service lives in 2040.
            request.headers["x-amz-date"]?.hasPrefix("20400102T0304") == true
                ? .json("{}")
                : Self.refusal(
                    "InvalidSignatureException",
                    message: "Signature expired",
                    [("Date", "Mon, 02 Jan 2040 03:04:05 GMT")]
                )
        }
        #expect(exchange.value != nil)
        #expect(exchange.requests.count == 2)
        let never = try await self.exchange { _, _ in
            Self.refusal("RequestTimeTooSkewed", [("Date", "Mon, 02 Jan 2040 03:04:05 GMT")])
        }
        #expect(never.requests.count == 2)
        #expect(never.error?.description.contains("clock") == true)
    }

    @Test("fetches fresh credentials when the ones it has expired in mid-use, once")
    func expired() async throws {
        let exchange = try await exchange(Self.write) { request, _ in
            request.headers["authorization"]?.contains("AKID2/") == true
                ? .json("{}") : Self.refusal("ExpiredTokenException")
        }
        #expect(exchange.value != nil)
        #expect(exchange.requests.count == 2)
        let never = try await self.exchange { _, _ in Self.refusal("ExpiredTokenException") }
        #expect(never.requests.count == 2)
        #expect(never.error?.description.contains("Renew") == true)
    }

    @Test(
        "asks for a transaction again where only throttling or another transaction stopped it",
        arguments: [
            (["None", "ThrottlingError"], true), (["TransactionConflict", "None"], true),
            (["ConditionalCheckFailed", "TransactionConflict"], false), (["None"], false),
        ]
    )
    func transactions(reasons: [String], isRepeated: Bool) async throws {
        let body = JSONValue.object([
            "__type": "a#TransactionCanceledException", "message": "cancelled",
            "CancellationReasons": .array(reasons.map { ["Code": .string($0)] }),
        ])
        let exchange = try await exchange(Self.write) { _, number in
            number == 0 ? .json(body.text, status: "400 Bad Request") : .json("{}")
        }
        #expect(exchange.requests.count == (isRepeated ? 2 : 1))
        #expect((exchange.value != nil) == isRepeated)
    }
}
