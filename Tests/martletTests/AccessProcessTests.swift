import Foundation
import MartletConversation
import MartletStore
import Testing

/// The commands in processes of their own, as an operator runs them beside the bot.
@Suite("The commands about people", .timeLimit(.minutes(3)))
struct AccessProcessTests {
    private func run(_ arguments: [String], in folder: URL) throws -> (status: Int32, output: String, errors: String) {
        try MartletProgram.run(
            arguments + ["--store", folder.appending(path: "store.sqlite").path],
            environment: ["TELEGRAM_TOKEN": "7:some-token", "HOME": folder.path, "MARTLET_OWNERS": "100"],
            in: folder
        )
    }

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    @Test("make a code that the bot takes")
    func pair() async throws {
        try await withFolder { folder in
            let made = try run(["pair"], in: folder)
            #expect(made.status == 0, "\(made.errors)")
            let code = try #require(PairingCode(reading: made.output))
            let store = try SQLiteConversationStore(path: folder.appending(path: "store.sqlite").path)
            try await store.recordUsername("ada_bot", of: BotID(7))
            #expect(try await store.pairingCodes(of: BotID(7)).count == 1)
            let json = try run(["pair", "--owner", "--json"], in: folder).output
            #expect(json.contains("\"role\":\"owner\""))
            #expect(json.contains("https://t.me/ada_bot?start="))
            #expect(!json.contains(code.text))
        }
    }

    @Test("list, let in, block and forget people by their number")
    func users() async throws {
        try await withFolder { folder in
            #expect(
                try run(["users", "allow", "5", "--admin"], in: folder).output == "5 may talk to the bot as admin.\n"
            )
            #expect(
                try run(["users", "block", "6", "--json"], in: folder).output
                    == "{\"id\":\"6\",\"result\":\"blocked\"}\n"
            )
            let list = try run(["users", "list", "--json"], in: folder).output
            for part in [
                "\"id\":100,\"role\":\"owner\",\"source\":\"settings\"", "\"id\":5,\"role\":\"admin\"",
                "\"role\":\"blocked\"",
            ] {
                #expect(list.contains(part), "\(list)")
            }
            #expect(try run(["users"], in: folder).output.contains("blocked"))
            #expect(try run(["users", "forget", "5"], in: folder).output == "5 is forgotten.\n")
            #expect(try run(["users", "list", "--json"], in: folder).output.contains("\"id\":5,") == false)
        }
    }

    @Test("refuse names and owners by configuration, and say why")
    func refusals() async throws {
        try await withFolder { folder in
            let name = try run(["users", "allow", "@ada"], in: folder)
            #expect(name.status == 2)
            #expect(name.errors.contains("taken by somebody else"))
            let owner = try run(["users", "block", "100"], in: folder)
            #expect(owner.status == 1)
            #expect(owner.errors.contains("MARTLET_OWNERS"))
        }
    }
}
