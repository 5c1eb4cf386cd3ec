import Foundation
import MartletCore
import MartletSimulator
import Testing

/// The HTTP API as a function.
@Suite("The API as a function", .serialized, .timeLimit(.minutes(5)))
struct LambdaAPITests {
    private static let request = """
        {"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 12, "temperature": 0, "stream": STREAM}
        """

    private func withAPI(
        settings: [String: String] = [:],
        arguments: [String] = [],
        _ body: (LambdaProcess) async throws -> Void
    ) async throws {
        try await LambdaWorld.with { world in
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            try await world.withFunction(mode: "api", settings: settings) { function in
                try await function.launch(
                    arguments: ["--model", root.appending(path: "Models/fledgling.gguf").path] + arguments,
                    environment: [:]
                )
                try await body(function)
            }
        }
    }

    @Test("answers as martlet serve does, at once and piece by piece")
    func completions() async throws {
        try await withAPI { function in
            let json = ["Content-Type": "application/json"]
            let whole = try await function.post(
                "/v1/chat/completions",
                Self.request.replacing("STREAM", with: "false"),
                headers: json
            )
            #expect(whole.status == 200, "\(whole.body) \(function.logText.suffix(2000))")
            let value = try JSONValue(parsing: Array(whole.body.utf8))
            let text = value["choices"]?.array?.first?["message"]?["content"]?.string ?? ""
            #expect(!text.isEmpty)
            let streamed = try await function.post(
                "/v1/chat/completions",
                Self.request.replacing("STREAM", with: "true"),
                headers: json
            )
            #expect(streamed.status == 200)
            #expect(streamed.body.hasSuffix("data: [DONE]\n\n"), "\(streamed.body)")
            #expect(streamed.body.split(separator: "\n\n").count > 3)
            let models = try await function.post("/v1/models", "", method: "GET")
            #expect(models.body.contains("fledgling"))
            #expect(try await function.post("/nowhere", "", method: "GET").status == 404)
            let prompt = try await function.invoke("{\"prompt\": \"Hello!\", \"max_tokens\": 12, \"temperature\": 0}")
            let said = try JSONValue(parsing: Array(prompt.body.utf8))["text"]?.string ?? ""
            #expect(!said.isEmpty, "\(prompt.body)")
            let update = try await function.invoke("{\"update_id\": 1}")
            #expect(update.body.contains("serves the API"), "\(update.body)")
        }
    }

    @Test("lets in whoever has the key")
    func keys() async throws {
        try await withAPI(settings: ["MARTLET_API_KEY": "a-key-for-callers"]) { function in
            let body = Self.request.replacing("STREAM", with: "false")
            var headers = ["Content-Type": "application/json"]
            let refused = try await function.post("/v1/chat/completions", body, headers: headers)
            #expect(refused.status == 401)
            headers["Authorization"] = "Bearer a-key-for-callers"
            let taken = try await function.post("/v1/chat/completions", body, headers: headers)
            #expect(taken.status == 200)
        }
    }

    @Test("takes no requests from other machines without a key, however the address is given; events are answered")
    func unprotected() async throws {
        let everywhere: [(settings: [String: String], arguments: [String])] = [
            (["MARTLET_HOST": "0.0.0.0"], []), ([:], ["--host", "0.0.0.0"]),
        ]
        for (settings, arguments) in everywhere {
            try await withAPI(settings: settings, arguments: arguments) { function in
                #expect(try await function.post("/v1/models", "", method: "GET").status == 403)
                let prompt = try await function.invoke("{\"prompt\": \"Hello!\", \"max_tokens\": 12}")
                #expect(prompt.body.contains("\"text\""), "\(prompt.body)")
            }
        }
    }
}
