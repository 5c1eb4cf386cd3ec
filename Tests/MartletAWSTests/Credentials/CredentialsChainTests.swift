import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
import MartletCore
import MartletTestSupport
import Synchronization
import Testing

@Suite("Where credentials are found", .timeLimit(.minutes(1)))
struct CredentialsChainTests {
    private func credentials(
        _ environment: [String: String],
        _ script: @escaping @Sendable (ReceivedRequest, Int) -> ScriptedResponse = { _, _ in
            .json("", status: "404 Not Found")
        }
    ) async throws -> (credentials: AWSCredentials, source: String, requests: [ReceivedRequest]) {
        try await withFolder { folder in
            try await ScriptedServer.run(script) { server in
                try await withHTTPClient { http in
                    // Nothing of the machine that the tests run on counts.
                    var variables = ["HOME": folder.path, "AWS_EC2_METADATA_DISABLED": "true"]
                    variables.merge(environment) { $1 }
                    let chain = CredentialsChain.standard(
                        environment: variables.mapValues { $0.replacing("SERVER", with: server.url) },
                        httpClient: http,
                        logger: .quiet
                    )
                    return (try await chain.credentials(), try await chain.source(), server.requests)
                }
            }
        }
    }

    private func refusal(
        _ environment: [String: String],
        _ script: @escaping @Sendable (ReceivedRequest, Int) -> ScriptedResponse = { _, _ in
            .json("", status: "404 Not Found")
        }
    ) async throws -> String {
        let error = await #expect(throws: CredentialsError.self) { _ = try await credentials(environment, script) }
        let text = try #require(error).description
        #expect(!text.contains("hidden"))
        return text
    }

    private static let fetched =
        #"{"AccessKeyId":"C","SecretAccessKey":"hidden","Token":"hidden-too","Expiration":"2090-01-01T00:00:00Z"}"#

    @Test("in the environment, first of all")
    func environment() async throws {
        let found = try await credentials([
            "AWS_ACCESS_KEY_ID": " A ", "AWS_SECRET_ACCESS_KEY": "B", "AWS_SESSION_TOKEN": "",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/x",
        ])
        #expect(found.credentials == AWSCredentials(accessKeyID: "A", secretAccessKey: "B"))
        #expect(found.source == "the environment")
        #expect(found.requests.isEmpty)
    }

    @Test("nowhere: then the places and the remedy are named")
    func nowhere() async throws {
        let text = try await refusal([:])
        for place in [
            "AWS_ACCESS_KEY_ID is not set", "AWS_WEB_IDENTITY_TOKEN_FILE", ".aws/config",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_EC2_METADATA_DISABLED", "AWS_PROFILE",
        ] { #expect(text.contains(place), "\(place)") }
    }

    @Test(
        "in halves: then that is told instead of looking elsewhere",
        arguments: [
            ["AWS_ACCESS_KEY_ID": "A"], ["AWS_SECRET_ACCESS_KEY": "hidden"],
        ]
    )
    func halves(environment: [String: String]) async throws {
        #expect(try await refusal(environment).contains("Set both or neither"))
    }

    @Test("of a container, with its token")
    func container() async throws {
        let found = try await credentials([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/role?id=1", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic abc",
        ]) { _, _ in .json(Self.fetched) }
        #expect(found.credentials.accessKeyID == "C")
        #expect(found.credentials.expiration == Date(timeIntervalSince1970: 3_786_912_000))
        #expect(found.requests.map(\.path) == ["/role?id=1"])
        #expect(found.requests.first?.headers["authorization"] == "Basic abc")
    }

    @Test("of a container, with the token that its platform writes to a file")
    func containerTokenFile() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "token").path
            try "file-token\n".write(toFile: path, atomically: true, encoding: .utf8)
            let found = try await credentials([
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/role",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": "ignored",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": path,
            ]) { _, _ in .json(Self.fetched) }
            #expect(found.requests.first?.headers["authorization"] == "file-token")
            try "two\r\nX-Lines: 1".write(toFile: path, atomically: true, encoding: .utf8)
            let text = try await refusal([
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/role", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": path,
            ])
            #expect(text.contains("cannot stand in a header"))
        }
    }

    @Test(
        "of a container whose agent is at an address that AWS allows, and at no other",
        arguments: [
            "http://example.com/x", "http://169.254.169.254/x", "http://10.0.0.1/", "ftp://127.0.0.1/", "nonsense",
            "http://127.0.0.1.evil.com/",
        ]
    )
    func containerHosts(url: String) async throws {
        #expect(try await refusal(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url]).contains("not an address"))
    }

    @Test("of a container whose agent stumbles at first")
    func containerRetry() async throws {
        let found = try await credentials(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/x"]) { _, number in
            number == 0 ? .json("", status: "503 Busy") : .json(Self.fetched)
        }
        #expect(found.requests.count == 2)
        let text = try await refusal(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/x"]) { _, _ in
            .json(#"{"AccessKeyId":"hidden"}"#)
        }
        #expect(text.contains("without credentials"))
        let huge = try await refusal(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/x"]) { _, _ in
            .json(String(repeating: " ", count: 100_000))
        }
        #expect(huge.contains("larger than"))
    }

    @Test("of an instance, through version 2 of its metadata service")
    func instance() async throws {
        let found = try await credentials([
            "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "SERVER/",
        ]) { request, _ in
            switch (request.method, request.path) {
            case ("PUT", "/latest/api/token") where request.headers["x-aws-ec2-metadata-token-ttl-seconds"] == "21600":
                return .json("token-1")
            case _ where request.headers["x-aws-ec2-metadata-token"] != "token-1": return .json("", status: "401 No")
            case ("GET", "/latest/meta-data/iam/security-credentials/"): return .json("my-role\n")
            case ("GET", "/latest/meta-data/iam/security-credentials/my-role"): return .json(Self.fetched)
            default: return .json("", status: "404 Not Found")
            }
        }
        #expect(found.credentials.accessKeyID == "C")
        #expect(found.source.contains("my-role"))
    }

    @Test(
        "not of an instance that has no role, or whose service is off",
        arguments: [
            ("403 Forbidden", "switched off"), ("404 Not Found", "404"), ("200 OK", "no role"),
        ]
    )
    func noInstance(status: String, words: String) async throws {
        let text = try await refusal([
            "AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "SERVER",
        ]) { request, _ in
            request.method == "PUT" ? .json("token", status: status) : .json("", status: "404 Not Found")
        }
        #expect(text.contains(words))
    }

    @Test("with a platform's token, by a role")
    func webIdentity() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "token").path
            try "ey.to&ken\n".write(toFile: path, atomically: true, encoding: .utf8)
            let environment = [
                "AWS_WEB_IDENTITY_TOKEN_FILE": path, "AWS_ROLE_ARN": "arn:aws:iam::1:role/r", "AWS_REGION": "eu-west-1",
                "AWS_ENDPOINT_URL_STS": "SERVER",
            ]
            let found = try await credentials(environment) { _, _ in
                ScriptedResponse(steps: [.send(Array(Self.assumed.utf8))])
            }
            #expect(
                found.credentials
                    == AWSCredentials(
                        accessKeyID: "W",
                        secretAccessKey: "a&b",
                        sessionToken: "t<",
                        expiration: Date(timeIntervalSince1970: 3_786_912_000)
                    )
            )
            let request = try #require(found.requests.first)
            #expect(request.headers["authorization"] == nil)
            let body = String(decoding: request.body, as: UTF8.self)
            #expect(body.contains("Action=AssumeRoleWithWebIdentity&Version=2011-06-15"))
            #expect(body.contains("WebIdentityToken=ey.to%26ken"))
            let text = try await refusal(environment) { _, _ in
                ScriptedResponse(
                    status: "400 Bad Request",
                    steps: [
                        .send(
                            Array(
                                "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>ey.to&amp;ken is bad</Message></Error></ErrorResponse>"
                                    .utf8
                            )
                        )
                    ]
                )
            }
            #expect(text.contains("InvalidIdentityToken") && !text.contains("ey.to"))
            let page = try await refusal(environment) { _, _ in
                ScriptedResponse(headers: [("Content-Type", "text/html")], steps: [.send(Array("<html>".utf8))])
            }
            #expect(page.contains("not one of the service's"))
        }
    }

    private static let assumed = """
        <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <Credentials><AccessKeyId>W</AccessKeyId><SecretAccessKey>a&amp;b</SecretAccessKey>
          <SessionToken>t&#60;</SessionToken><Expiration>2090-01-01T00:00:00Z</Expiration></Credentials>
        </AssumeRoleWithWebIdentityResponse>
        """

    @Test("are renewed before they end, kept while that fails, and not given out after their end")
    func renewal() async throws {
        let seconds = Mutex(0.0)
        let isBroken = Mutex(false)
        try await ScriptedServer.run { _, number in
            isBroken.withLock { $0 }
                ? .json("", status: "400 No")
                : .json(
                    #"{"AccessKeyId":"K\#(number)","SecretAccessKey":"s","Token":"t","Expiration":"1970-01-01T01:00:00Z"}"#
                )
        } _: { server in
            try await withHTTPClient { http in
                let chain = CredentialsChain.standard(
                    environment: [
                        "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url, "AWS_EC2_METADATA_DISABLED": "true",
                    ],
                    httpClient: http,
                    logger: .quiet,
                    now: { Date(timeIntervalSince1970: seconds.withLock { $0 }) }
                )
                func key(at time: Double) async throws -> String {
                    seconds.withLock { $0 = time }
                    return try await chain.credentials().accessKeyID
                }
                #expect(try await key(at: 0) == "K0")
                #expect(try await key(at: 3299) == "K0")
                #expect(try await key(at: 3301) == "K1")
                isBroken.withLock { $0 = true }
                #expect(try await key(at: 3590) == "K1")
                await #expect(throws: CredentialsError.self) { try await key(at: 3600) }
                isBroken.withLock { $0 = false }
                seconds.withLock { $0 = 0 }
                await chain.refused(try await chain.credentials())
                let count = server.requests.count
                _ = try await chain.credentials()
                #expect(server.requests.count == count + 1, "refused ones are not given out again")
            }
        }
    }

    @Test("nowhere that is asked over the network, where nothing may be sent")
    func offline() async throws {
        let error = await #expect(throws: CredentialsError.self) {
            try await CredentialsChain.standard(
                environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/"],
                httpClient: nil
            ).credentials()
        }
        #expect(error?.description.contains("CONTAINER") == false)
    }
}
