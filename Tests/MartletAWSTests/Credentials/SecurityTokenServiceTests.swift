import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
import Testing

@Suite("Roles and identities, beside a server that behaves as AWS does", .besideMoto, .timeLimit(.minutes(1)))
struct SecurityTokenServiceTests {
    /// The credentials that an environment with these files leads to, and who they say one is.
    private func identity(
        config: String,
        _ environment: [String: String] = [:]
    ) async throws -> (credentials: AWSCredentials, identity: CallerIdentity) {
        try await withFolder { folder in
            let path = folder.appending(path: "config").path
            let token = folder.appending(path: "token").path
            try config.replacing("TOKEN", with: token).write(toFile: path, atomically: true, encoding: .utf8)
            try "ey.platform.token".write(toFile: token, atomically: true, encoding: .utf8)
            var variables = [
                "AWS_CONFIG_FILE": path, "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_REGION": Moto.region,
                "AWS_ENDPOINT_URL": Moto.url ?? "", "AWS_EC2_METADATA_DISABLED": "true",
            ]
            for (name, value) in environment { variables[name] = value.replacing("TOKEN", with: token) }
            return try await withHTTPClient { [variables] http in
                let chain = CredentialsChain.standard(environment: variables, httpClient: http, logger: .quiet)
                let credentials = try await chain.credentials()
                let service = SecurityTokenService(AWSEnvironment(variables), httpClient: http)
                return (credentials, try await service.callerIdentity(credentials))
            }
        }
    }

    private static let role = "arn:aws:iam::123456789012:role/martlet"

    @Test("tell who one is")
    func user() async throws {
        let keys = "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret"
        let found = try await identity(config: keys)
        #expect(found.identity.account == "123456789012")
        #expect(found.identity.arn.hasPrefix("arn:aws:"))
    }

    @Test("are assumed from one profile to the next")
    func role() async throws {
        let found = try await identity(
            config: """
                [profile work]
                role_arn = \(Self.role)
                source_profile = base
                role_session_name = tester
                [profile base]
                aws_access_key_id = AKIDEXAMPLE
                aws_secret_access_key = secret
                """,
            ["AWS_PROFILE": "work"]
        )
        #expect(found.identity.arn == "arn:aws:sts::123456789012:assumed-role/martlet/tester")
        #expect(found.credentials.accessKeyID.hasPrefix("ASIA"))
        #expect(try #require(found.credentials.expiration) > Date())
    }

    @Test("are assumed with a platform's token, from the environment and from a profile")
    func webIdentity() async throws {
        let variables = [
            "AWS_WEB_IDENTITY_TOKEN_FILE": "TOKEN", "AWS_ROLE_ARN": Self.role, "AWS_ROLE_SESSION_NAME": "pod",
        ]
        let found = try await identity(config: "", variables)
        #expect(found.identity.arn == "arn:aws:sts::123456789012:assumed-role/martlet/pod")
        let profile = "[default]\nrole_arn = \(Self.role)\nweb_identity_token_file = TOKEN\nrole_session_name = file"
        #expect(try await identity(config: profile).identity.arn.hasSuffix("assumed-role/martlet/file"))
    }
}
