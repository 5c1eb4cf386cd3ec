import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
import MartletCore
import MartletTestSupport
import Synchronization
import Testing

@Suite("Secrets, kept for a while", .timeLimit(.minutes(1)))
struct AWSSecretsTests {
    /// A store of one secret, a clock, and a reader of both.
    private final class World: Sendable {
        struct State {
            var seconds = 0.0
            var current = "value-1"
            var previous: String? = nil
            var isDown = false
        }
        let state = Mutex(State())

        func rotate(to value: String) { state.withLock { ($0.previous, $0.current) = ($0.current, value) } }
        func pass(_ seconds: Double) { state.withLock { $0.seconds += seconds } }

        func answer(_ request: ReceivedRequest) -> ScriptedResponse {
            state.withLock { state in
                guard !state.isDown else { return .json("{}", status: "403 No") }
                let isPrevious = request.json["VersionStage"]?.string == "AWSPREVIOUS"
                guard let value = isPrevious ? state.previous : state.current else {
                    return .json(#"{"__type":"ResourceNotFoundException","Message":"none"}"#, status: "400 Bad Request")
                }
                return .json(JSONValue.object(["Name": "n", "SecretString": .string(value)]).text)
            }
        }
    }

    private func with(_ body: @Sendable (AWSSecrets, World, ScriptedServer) async throws -> Void) async throws {
        let world = World()
        try await ScriptedServer.run { request, _ in
            world.answer(request)
        } _: { server in
            try await withHTTPClient { http in
                let secrets = AWSSecrets(
                    region: "eu-west-1",
                    credentials: FixedCredentials(AWSCredentials(accessKeyID: "A", secretAccessKey: "B")),
                    httpClient: http,
                    environment: AWSEnvironment(["AWS_ENDPOINT_URL_SECRETS_MANAGER": server.url]),
                    lifetime: .seconds(300),
                    logger: .quiet,
                    now: { Date(timeIntervalSince1970: world.state.withLock { $0.seconds }) }
                )
                try await body(secrets, world, server)
            }
        }
    }

    private func value(_ name: String, _ secrets: AWSSecrets) async throws -> String {
        try await secrets.secret(name).rawValue
    }

    private func reference() throws -> SecretReference { try SecretReference("secretsmanager:n") }

    @Test("are read once for five minutes, and kept while the service is down")
    func lifetime() async throws {
        try await with { secrets, world, server in
            let first = try await value("secretsmanager:n", secrets)
            #expect(first == "value-1")
            world.rotate(to: "value-2")
            world.pass(299)
            let second = try await value("secretsmanager:n", secrets)
            #expect(second == "value-1")
            #expect(server.requests.count == 1)
            world.pass(2)
            world.state.withLock { $0.isDown = true }
            let third = try await value("secretsmanager:n", secrets)
            #expect(third == "value-1")
            world.pass(6)
            world.state.withLock { $0.isDown = false }
            let fourth = try await value("secretsmanager:n", secrets)
            #expect(fourth == "value-2")
        }
    }

    @Test("are read afresh when one is refused, but not without end")
    func refusal() async throws {
        try await with { secrets, world, server in
            let reference = try reference()
            let first = try await secrets.secret(reference)
            world.pass(11)
            world.rotate(to: "value-2")
            #expect(try await secrets.replacement(for: first, of: reference).rawValue == "value-2")
            let count = server.requests.count
            for _ in 0..<20 {
                let current = try await secrets.secret(reference)
                _ = try await secrets.replacement(for: current, of: reference)
            }
            #expect(server.requests.count == count)
            world.pass(11)
            #expect(try await secrets.replacement(for: first, of: reference).rawValue == "value-2")
            #expect(server.requests.count == count, "what was refused is not what is held")
        }
    }

    @Test("are both accepted during a rotation, whenever that is noticed")
    func rotation() async throws {
        try await with { secrets, world, _ in
            let reference = try reference()
            #expect(try await secrets.acceptableSecrets(reference).map(\.rawValue) == ["value-1"])
            world.rotate(to: "value-2")
            world.pass(11)
            _ = try await secrets.replacement(for: try await secrets.secret(reference), of: reference)
            #expect(try await secrets.acceptableSecrets(reference).map(\.rawValue) == ["value-2", "value-1"])
            world.rotate(to: "value-3")
            world.pass(301)
            #expect(try await secrets.acceptableSecrets(reference).map(\.rawValue) == ["value-3", "value-2"])
        }
    }

    @Test("are both accepted although the previous one cannot be read")
    func unreadablePrevious() async throws {
        try await with { secrets, world, _ in
            let reference = try reference()
            #expect(try await secrets.acceptableSecrets(reference).map(\.rawValue) == ["value-1"])
            world.rotate(to: "value-2")
            world.pass(301)
            #expect(try await value("\(reference)", secrets) == "value-2")
            world.state.withLock { $0.isDown = true }
            #expect(try await secrets.acceptableSecrets(reference).map(\.rawValue) == ["value-2", "value-1"])
        }
    }

    @Test(
        "are refused with a remedy where they are no key, and never shown",
        arguments: [
            (#"{"openai":"hidden","other":"hidden"}"#, "secretsmanager:n", "with the keys openai, other"),
            (#"{"openai":"hidden"}"#, "secretsmanager:n#gone", "has no key gone but openai"),
            (#"{"openai":{"a":"hidden"}}"#, "secretsmanager:n#openai", "has no text at the key openai"),
            ("hidden", "secretsmanager:n#openai", "is no JSON object"),
            ("hidden words", "secretsmanager:n", "holds spaces"),
            (" \n", "secretsmanager:n", "is empty"),
            (#"{"openai":"hid"#, "secretsmanager:n#openai", "is no JSON object"),
        ]
    )
    func unusable(value: String, name: String, words: String) async throws {
        try await with { secrets, world, _ in
            world.state.withLock { $0.current = value }
            let error = await #expect(throws: AWSError.self) { try await secrets.secret(name) }
            let text = "\(try #require(error))"
            #expect(text.contains(words))
            #expect(!text.contains("hid"))
            #expect(text.hasPrefix("secretsmanager:n"))
        }
    }

    @Test("are picked from a JSON object")
    func key() async throws {
        try await with { secrets, world, _ in
            world.state.withLock { $0.current = #" {"a":"x","b":12}"# }
            let text = try await value("secretsmanager:n#a", secrets)
            let number = try await value("secretsmanager:n#b", secrets)
            #expect(text == "x" && number == "12")
        }
    }
}
