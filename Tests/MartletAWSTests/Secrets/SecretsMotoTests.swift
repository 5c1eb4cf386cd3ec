import Foundation
import Logging
import MartletAWS
import MartletCore
import Testing

@Suite("Secrets, beside a server that behaves as AWS does", .besideMoto, .timeLimit(.minutes(2)))
struct SecretsMotoTests {
    private func with(_ body: (AWSSecrets, AWSClient) async throws -> Void) async throws {
        try await withHTTPClient { http in
            let secrets = AWSSecrets(
                region: Moto.region,
                credentials: Moto.credentials,
                httpClient: http,
                environment: AWSEnvironment(["AWS_ENDPOINT_URL": Moto.url ?? ""]),
                logger: .quiet
            )
            let client = AWSClient(
                region: Moto.region,
                credentials: Moto.credentials,
                httpClient: http,
                endpoint: Moto.url,
                logger: .quiet
            )
            try await body(secrets, client)
        }
    }

    private func value(_ name: String, _ secrets: AWSSecrets) async throws -> String {
        try await secrets.secret(name).rawValue
    }

    private func call(_ client: AWSClient, _ target: String, _ input: JSONValue) async throws -> JSONValue {
        let service = target.hasPrefix("AmazonSSM") ? "ssm" : "secretsmanager"
        let operation = AWSOperation(service: service, target: target, jsonVersion: "1.1", isIdempotent: false)
        return try await client.call(operation, input, timeout: .seconds(30))
    }

    @Test("are read from Secrets Manager by name and by ARN, as text and as bytes, before and after a rotation")
    func secretsManager() async throws {
        try await with { secrets, client in
            let name = Moto.name("bot")
            let made = try await call(
                client,
                "secretsmanager.CreateSecret",
                ["Name": .string(name), "SecretString": "one", "ClientRequestToken": .string(UUID().uuidString)]
            )
            let reference = try SecretReference("secretsmanager:\(name)")
            #expect(try await value("\(reference)", secrets) == "one")
            let arn = try #require(made["ARN"]?.string)
            #expect(try await value(arn, secrets) == "one")
            _ = try await call(
                client,
                "secretsmanager.PutSecretValue",
                [
                    "SecretId": .string(name), "SecretBinary": .string(Data("two".utf8).base64EncodedString()),
                    "ClientRequestToken": .string(UUID().uuidString),
                ]
            )
            let refused = try #require(Secret("one"))
            #expect(try await secrets.replacement(for: refused, of: reference).rawValue == "two")
            #expect(try await secrets.acceptableSecrets(reference).map(\.rawValue) == ["two", "one"])
        }
    }

    @Test("are read from the parameter store, decrypted, before and after a change")
    func parameterStore() async throws {
        try await with { secrets, client in
            let name = "/martlet/\(Moto.name("token"))"
            func put(_ value: String) async throws {
                _ = try await call(
                    client,
                    "AmazonSSM.PutParameter",
                    ["Name": .string(name), "Value": .string(value), "Type": "SecureString", "Overwrite": true]
                )
            }
            try await put("one")
            let reference = try SecretReference("ssm:\(name)")
            #expect(try await secrets.acceptableSecrets(reference).map(\.rawValue) == ["one"])
            try await put("two")
            let refused = try #require(Secret("one"))
            #expect(try await secrets.replacement(for: refused, of: reference).rawValue == "two")
            #expect(try await secrets.acceptableSecrets(reference).map(\.rawValue) == ["two", "one"])
        }
    }

    @Test("are missed with the place and the remedy", arguments: ["secretsmanager:none-there", "ssm:/none/there"])
    func missing(name: String) async throws {
        try await with { secrets, _ in
            let error = await #expect(throws: AWSError.self) { try await secrets.secret(name) }
            #expect(error?.description.hasPrefix(name) == true)
            #expect(error?.description.contains("martlet aws setup") == true)
        }
    }
}
