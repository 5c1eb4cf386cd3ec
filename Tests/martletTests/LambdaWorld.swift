import Foundation
import MartletCore
import MartletSimulator
import Testing

/// A simulated Telegram with a scripted model, and functions that work in it.
struct LambdaWorld {
    let server: SimulatorServer
    let simulator: TelegramSimulator
    let script: ModelScript
    let folder: URL

    static let ada = SimulatedUser(id: 11, name: "Ada", languageCode: "en")
    static let boris = SimulatedUser(id: 22, name: "Boris", languageCode: "en")

    /// Runs `body` in a world whose model says what `lines` say.
    static func with(_ lines: String = "- {say: An answer.}", _ body: (LambdaWorld) async throws -> Void) async throws {
        try await withFolder { folder in
            let simulator = TelegramSimulator()
            let script = try ModelScript(yaml: lines)
            try await SimulatorServer.withServer(simulator, script: script) { server in
                try await body(LambdaWorld(server: server, simulator: simulator, script: script, folder: folder))
            }
        }
    }

    /// What a function needs to answer here.
    var environment: [String: String] {
        [
            "TELEGRAM_TOKEN": simulator.token, "TELEGRAM_API_BASE_URL": server.baseURL, "MARTLET_ACCESS": "open",
            "MARTLET_GROUPS": "open", "OPENAI_API_KEY": "scripted", "OPENAI_BASE_URL": server.baseURL + "/v1",
            "MODEL_NAME": "scripted",
        ]
    }

    /// Runs `body` with a function that has not been started, and ends the function afterwards.
    func withFunction(
        mode: String = "one",
        environments: Int = 4,
        settings: [String: String] = [:],
        namesStore: Bool = true,
        _ body: (LambdaProcess) async throws -> Void
    ) async throws {
        let function = try LambdaProcess(
            simulator,
            folder: folder,
            options: ["--mode", mode, "--environments", "\(environments)"],
            settings: settings,
            namesStore: namesStore
        )
        do {
            try await body(function)
        } catch {
            try await function.kill()
            throw error
        }
        try await function.kill()
    }

    /// Starts a function.
    func start(_ function: LambdaProcess, settings: [String: String] = [:]) async throws {
        try await function.start(arguments: [], environment: environment.merging(settings) { $1 })
    }

    /// Waits until something is so.
    func until(within seconds: Int = 120, _ condition: () async throws -> Bool) async throws -> Bool {
        try await simulator.wait(timeout: .seconds(seconds), until: condition)
    }

    /// Expects that something becomes so.
    func reaches(
        within seconds: Int = 120,
        _ hint: @autoclosure () -> String = "",
        sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async throws {
        let isSo = try await until(within: seconds, condition)
        #expect(isSo, "\(hint())", sourceLocation: sourceLocation)
    }

    /// What is shown in a chat, growing answers too.
    func shown(in user: SimulatedUser) -> String {
        (simulator.texts(in: user.id) + simulator.drafts(in: user.id)).joined(separator: "\n")
    }

    func texts(_ user: SimulatedUser = ada) -> [String] { simulator.texts(in: user.id) }
}
