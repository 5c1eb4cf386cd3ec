import Foundation
import HTTPTypes
import Logging
import MartletHTTP
import Testing

@Suite("The keys file")
struct KeyFileTests {
    private func withFile<Value>(_ text: String, _ body: (String) throws -> Value) throws -> Value {
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-keys-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(filePath: path))
        return try body(path)
    }

    @Test("is read again, and keeps what was in force when it is broken")
    func reloading() throws {
        try withFile("ada:firstkey") { path in
            let log = RecordedLog()
            let ring = KeyRing(try KeyFile.read(path: path))
            let file = KeyFile(path: path, beside: AccessKeys(), for: ring, logger: log.logger)
            #expect(try ring.caller(showing: [.authorization: "Bearer firstkey"]).name == "ada")
            try Data("ada:secondkey\n".utf8).write(to: URL(filePath: path))
            file.reload()
            #expect(try ring.caller(showing: [.authorization: "Bearer secondkey"]).name == "ada")
            #expect(throws: APIError.self) { try ring.caller(showing: [.authorization: "Bearer firstkey"]) }
            try Data("ada thirdkey\n".utf8).write(to: URL(filePath: path))
            file.reload()
            #expect(try ring.caller(showing: [.authorization: "Bearer secondkey"]).name == "ada")
            #expect(log.lines.contains { $0.contains("line 1") })
            #expect(!log.lines.joined().contains("thirdkey"))
        }
    }

    @Test("is refused when it is missing, no text, or has a name of the environment")
    func refusals() throws {
        #expect(throws: KeyFile.Failure.self) { try KeyFile.read(path: "/nowhere/keys") }
        try withFile("ada:firstkey") { path in
            var others = AccessKeys()
            others.add(AccessKey(name: "ada", key: "otherkey"))
            #expect(throws: KeyFile.Failure.self) { try KeyFile.read(path: path, beside: others) }
        }
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-keys-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data([0x61, 0xFF, 0xFE]).write(to: URL(filePath: path))
        #expect(throws: KeyFile.Failure.self) { try KeyFile.read(path: path) }
    }
}
