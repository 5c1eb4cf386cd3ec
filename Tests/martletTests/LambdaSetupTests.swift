import Foundation
import MartletCore
import MartletSimulator
import Testing

/// What an operator does once for a function.
@Suite("A function's webhook", .timeLimit(.minutes(2)))
struct LambdaSetupTests {
    @Test("is set with its secret and few connections, and the menus are registered with it")
    func set() async throws {
        try await LambdaWorld.with { world in
            let process = Process()
            process.executableURL = try MartletProgram.file
            process.arguments = ["webhook", "set", "--function-url", "https://abc.lambda-url.eu-west-1.on.aws/"]
            process.environment = [
                "TELEGRAM_TOKEN": world.simulator.token, "TELEGRAM_API_BASE_URL": world.server.baseURL,
                "TELEGRAM_WEBHOOK_SECRET": LambdaProcess.secret, "HOME": world.folder.path,
            ]
            process.currentDirectoryURL = world.folder
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            try await world.reaches { !process.isRunning }
            #expect(process.terminationStatus == 0)
            let call = world.simulator.calls(of: "setWebhook").last
            #expect(call?.parameters["url"]?.string == "https://abc.lambda-url.eu-west-1.on.aws/")
            #expect(call?.parameters["secret_token"]?.string == LambdaProcess.secret)
            #expect(call?.parameters["max_connections"]?.integer == 10)
            #expect(world.simulator.menu(languageCode: "").contains { $0.contains("usage") })
            // Nothing is made here that is the function's.
            let files = try FileManager.default.contentsOfDirectory(atPath: world.folder.path)
            #expect(files.isEmpty, "\(files)")
        }
    }
}
