import Foundation
import MartletAWS
import Testing

@Suite("What AWS's tools read from the environment")
struct AWSEnvironmentTests {
    @Test("names addresses by service, then for all, unless that is switched off")
    func endpoints() {
        var variables = [
            "AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://secrets",
            "AWS_ENDPOINT_URL_DYNAMODB": "  ", "AWS_ENDPOINT_URL_SSO_OIDC": "http://oidc",
        ]
        let environment = AWSEnvironment(variables)
        #expect(environment.endpoint(for: "secretsmanager") == "http://secrets")
        #expect(environment.endpoint(for: "dynamodb") == "http://all")
        #expect(environment.endpoint(for: "oidc") == "http://oidc")
        variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true"
        #expect(AWSEnvironment(variables).endpoint(for: "secretsmanager") == nil)
        #expect(AWSEnvironment([:]).endpoint(for: "sqs") == nil)
    }

    @Test("names the region, or the profile does; without one the remedy is told")
    func region() async throws {
        #expect(
            try AWSEnvironment(["AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-2"]).requiredRegion() == "eu-west-2"
        )
        try await withFolder { folder in
            let config = folder.appending(path: ".aws/config")
            try FileManager.default.createDirectory(
                at: config.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try "[default]\nregion = eu-west-1\n[profile p]\nregion = eu-west-3".write(
                to: config,
                atomically: true,
                encoding: .utf8
            )
            #expect(try AWSEnvironment(["HOME": folder.path]).requiredRegion() == "eu-west-1")
            #expect(try AWSEnvironment(["HOME": folder.path, "AWS_PROFILE": "p"]).requiredRegion() == "eu-west-3")
            let named = ["HOME": folder.path, "AWS_CONFIG_FILE": "~/.aws/config", "AWS_PROFILE": "p"]
            #expect(try AWSEnvironment(named).requiredRegion() == "eu-west-3")
        }
        let error = #expect(throws: AWSError.self) { try AWSEnvironment(["HOME": "/nonexistent"]).requiredRegion() }
        #expect(error?.description.contains("Set AWS_REGION") == true)
    }
}
