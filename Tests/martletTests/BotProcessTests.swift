import Foundation
import MartletCore
import MartletSimulator
import MartletTelegram
import Testing

/// The whole program in a process of its own, so that it can really be killed.
@Suite("The bot as a process", .timeLimit(.minutes(3)))
struct BotProcessTests {
    private let ada = SimulatedUser(id: 11, name: "Ada", languageCode: "en")

    private func start(
        _ server: SimulatorServer,
        _ simulator: TelegramSimulator,
        folder: URL,
        options: [String] = []
    ) throws -> Process {
        let process = Process()
        process.executableURL = try MartletProgram.file
        process.arguments = ["bot", "--echo", "--store", folder.appending(path: "store.sqlite").path] + options
        process.standardInput = FileHandle.nullDevice
        process.environment = [
            "TELEGRAM_TOKEN": simulator.token, "TELEGRAM_API_BASE_URL": server.baseURL, "HOME": folder.path,
            "TELEGRAM_POLL_TIMEOUT": "2", "MARTLET_ACCESS": "open", "MARTLET_GROUPS": "open",
        ]
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return process
    }

    private func until(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("answers once what it had taken when it was killed with SIGKILL, and ends well on SIGTERM")
    func kill() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let simulator = TelegramSimulator()
        try await SimulatorServer.withServer(simulator) { server in
            simulator.fail("sendMessage", with: .hang)
            let first = try start(server, simulator, folder: folder)
            defer { if first.isRunning { Foundation.kill(first.processIdentifier, SIGKILL) } }
            simulator.say("one", from: ada)
            simulator.say("two", from: ada)
            // Both are taken and confirmed; the answer to the first is on its way and hangs.
            try await until { simulator.calls(of: "sendMessage").count == 1 && simulator.unconfirmedCount == 0 }
            Foundation.kill(first.processIdentifier, SIGKILL)
            try await until { !first.isRunning }
            #expect(simulator.texts(in: ada.id) == [])
            simulator.endFaults()
            let second = try start(server, simulator, folder: folder)
            defer { if second.isRunning { Foundation.kill(second.processIdentifier, SIGKILL) } }
            try await until { simulator.texts(in: ada.id).count >= 2 }
            simulator.say("three", from: ada)
            try await until { simulator.texts(in: ada.id).count >= 3 && simulator.unconfirmedCount == 0 }
            second.terminate()
            try await until { !second.isRunning }
            #expect(second.terminationStatus == 0)
            #expect(second.terminationReason == .exit)
            #expect(simulator.texts(in: ada.id) == ["one", "two", "three"])
        }
    }

    @Test("leaves a webhook alone that it was not told to delete, and deletes it with --polling")
    func webhookInTheWay() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let simulator = TelegramSimulator()
        try await SimulatorServer.withServer(simulator) { server in
            simulator.setWebhook("https://bot.example/telegram")
            let careful = try start(server, simulator, folder: folder)
            try await until { !careful.isRunning }
            #expect(careful.terminationStatus == 1)
            #expect(simulator.calls(of: "deleteWebhook").isEmpty)
            simulator.say("hello", from: ada)
            let told = try start(server, simulator, folder: folder, options: ["--polling"])
            defer { if told.isRunning { Foundation.kill(told.processIdentifier, SIGKILL) } }
            try await until { simulator.texts(in: ada.id) == ["hello"] }
            #expect(simulator.calls(of: "deleteWebhook").first?.parameters["drop_pending_updates"]?.bool == false)
            told.terminate()
            try await until { !told.isRunning }
        }
    }

    @Test("ends with status 1 when the token is not valid")
    func wrongToken() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await SimulatorServer.withServer(TelegramSimulator()) { server in
            let other = TelegramSimulator(token: "7000001:some-other-token")
            let process = try start(server, other, folder: folder)
            try await until { !process.isRunning }
            #expect(process.terminationStatus == 1)
        }
    }
}
