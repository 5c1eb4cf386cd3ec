import AsyncHTTPClient
import Logging
import MartletAWS
import MartletTestSupport
import Testing

@Suite("Lambda, asked about functions", .timeLimit(.minutes(1)))
struct FunctionServiceTests {
    private static let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hidden-key")

    /// What is said of a function's address where the service answers so, and what it was asked.
    private func url(
        of function: String,
        _ response: ScriptedResponse
    ) async throws -> (url: String?, requests: [ReceivedRequest]) {
        try await ScriptedServer.run({ _, _ in response }) { server in
            let found = try await withHTTPClient { http in
                try await FunctionService(
                    AWSEnvironment(["AWS_ENDPOINT_URL_LAMBDA": server.url]),
                    region: "eu-west-1",
                    httpClient: http
                )
                .url(of: function, with: Self.credentials)
            }
            return (found, server.requests)
        }
    }

    @Test("tells a function's address to whoever signs")
    func found() async throws {
        let answer = #"{"FunctionUrl": "https://abc.lambda-url.eu-west-1.on.aws/", "AuthType": "NONE"}"#
        let (url, requests) = try await url(of: "martlet", .json(answer))
        #expect(url == "https://abc.lambda-url.eu-west-1.on.aws/")
        let request = try #require(requests.first)
        #expect(request.method == "GET")
        #expect(request.path == "/2021-10-31/functions/martlet/url")
        let signature = request.headers["authorization"] ?? ""
        #expect(signature.contains("/eu-west-1/lambda/aws4_request"))
        #expect(!signature.contains("hidden-key"))
    }

    @Test("knows no address of a function that is not there")
    func missing() async throws {
        let answer = ScriptedResponse.json(
            #"{"Message": "The resource you requested does not exist.", "Type": "User"}"#,
            status: "404 Not Found",
            [("x-amzn-ErrorType", "ResourceNotFoundException")]
        )
        #expect(try await url(of: "martlet", answer).url == nil)
    }

    @Test("says which right lacks")
    func refused() async throws {
        let answer = ScriptedResponse.json(
            #"{"Message": "User is not authorized"}"#,
            status: "403 Forbidden",
            [("x-amzn-ErrorType", "AccessDeniedException")]
        )
        let error = await #expect(throws: AWSError.self) { try await url(of: "martlet", answer) }
        #expect(error?.remedy?.contains("lambda:GetFunctionUrlConfig") == true, "\(error?.description ?? "")")
    }

    @Test("takes no other server's answer for an address")
    func foreign() async throws {
        await #expect(throws: AWSError.self) { try await url(of: "martlet", .json("{}")) }
    }
}
