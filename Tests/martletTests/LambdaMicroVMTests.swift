import AsyncHTTPClient
import Foundation
import MartletAWS
import MartletSimulator
import NIOCore
import NIOHTTP1
import Testing

/// The function in a Lambda MicroVM: its hooks as Lambda calls them, and what strangers may ask for.
@Suite("A function in a MicroVM", .serialized, .timeLimit(.minutes(3)))
struct LambdaMicroVMTests {
    private static let question = """
        {"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 12, "temperature": 0}
        """
    private static let key = "a-key-of-more-than-thirty-two-letters"

    /// Calls a hook, and gives its status.
    private func hook(_ name: String, at port: Int) async throws -> Int {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(MicroVMHooks.prefix)/\(name)")
        request.method = .POST
        return Int(try await HTTPClient.shared.execute(request, timeout: .seconds(60)).status.code)
    }

    @Test("is ready with its model, answers between its turns, and takes no events from strangers")
    func life() async throws {
        try await LambdaWorld.with { world in
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            try await world.withFunction(mode: "api", settings: ["MARTLET_API_KEY": Self.key]) { function in
                try await function.launch(
                    arguments: [
                        "--model", root.appending(path: "Models/fledgling.gguf").path, "--host", "127.0.0.1",
                        "--microvm", "0",
                    ],
                    environment: [:]
                )
                var found: Int? {
                    function.logText.firstMatch(of: #/hooks at port (\d+)/#).flatMap { Int($0.1) }
                }
                try await world.reaches("\(function.logText)") { found != nil }
                let port = try #require(found)
                try await world.reaches { try await hook("ready", at: port) == 200 }
                #expect(try await hook("validate", at: port) == 200)
                #expect(try await hook("suspend", at: port) == 409)
                #expect(try await hook("run", at: port) == 200)
                let headers = ["Content-Type": "application/json", "Authorization": "Bearer \(Self.key)"]
                for _ in 0..<2 {
                    let answer = try await function.post("/v1/chat/completions", Self.question, headers: headers)
                    #expect(answer.status == 200, "\(answer.body)")
                    #expect(try await hook("suspend", at: port) == 200)
                    #expect(try await hook("resume", at: port) == 200)
                }
                #expect(try await function.post("/v1/chat/completions", Self.question).status == 401)
                for path in ["/2015-03-31/functions/function/invocations", "\(MicroVMHooks.prefix)/terminate"] {
                    #expect(try await function.post(path, "{\"prompt\": \"Hi\"}", headers: headers).status == 404)
                }
                #expect(try await hook("terminate", at: port) == 200)
                try await world.reaches { function.status == 0 }
            }
        }
    }
}
