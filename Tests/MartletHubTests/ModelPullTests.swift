import Foundation
import MartletHub
import MartletTestSupport
import Synchronization
import Testing

@Suite("Models, pulled")
struct ModelPullTests {
    let folder: TemporaryFolder
    let reference: ModelReference
    /// Where the reference's file lies in the folder.
    let name = "hf/owner/repo/model.gguf"

    init() throws {
        folder = try TemporaryFolder()
        reference = try ModelReference("hf:owner/repo/model.gguf")
    }

    /// Nothing but the finished file is there, and it is right.
    func expectComplete(_ file: PublishedFile) throws {
        #expect(folder.files == [name])
        #expect(try folder.read(name) == file.bytes)
    }

    @Test("fetches through the hub's redirection, checks the hub's checksum, and shows the token to the hub alone")
    func fetchesThroughRedirection() async throws {
        let file = PublishedFile(count: 300_000)
        try await ScriptedServer.run({ request, _ in file.reply(to: request) }) { storage in
            let location = "http://localhost:\(storage.port)/blob?signature=a%2Fb"
            try await ScriptedServer.run({ _, _ in .status("302 Found", file.linked + [("Location", location)]) }) {
                hub in
                let outcome = try await folder.pull(from: hub, token: "hf_secret").pull(reference)
                #expect(outcome.verifiedSHA256 == file.sha256)
                #expect(outcome.byteCount == file.bytes.count)
                #expect(outcome.path == folder.path + "/" + name)
                #expect(!outcome.wasPresent)
                #expect(hub.requests.map(\.path) == ["/owner/repo/resolve/main/model.gguf"])
                #expect(hub.requests[0].headers["authorization"] == "Bearer hf_secret")
                #expect(storage.requests.map(\.path) == ["/blob?signature=a%2Fb"])
                #expect(storage.requests[0].headers["authorization"] == nil)
            }
        }
        try expectComplete(file)
    }

    @Test("shows the token to no other server that an address names")
    func keepsTokenFromOthers() async throws {
        let file = PublishedFile(count: 1000)
        try await ScriptedServer.run({ request, _ in file.reply(to: request) }) { other in
            try await ScriptedServer.run({ _, _ in .status("500 No") }) { hub in
                let address = try ModelReference(other.url + "/some/model.gguf")
                let outcome = try await folder.pull(from: hub, token: "hf_secret").pull(address)
                #expect(outcome.verifiedSHA256 == nil)
                #expect(outcome.path.hasSuffix("/url/127.0.0.1/model.gguf"))
                #expect(other.requests.allSatisfy { $0.headers["authorization"] == nil })
                #expect(hub.requests.isEmpty)
            }
        }
    }

    @Test("goes on where a broken connection stopped, as often as it takes")
    func resumesBrokenConnections() async throws {
        let file = PublishedFile(count: 500_000)
        try await ScriptedServer.run({ request, number in
            let reply = file.reply(to: request).adding(file.linked)
            return number < 3 ? reply.cut(after: 100_000) : reply
        }) { hub in
            let outcome = try await folder.pull(from: hub).pull(reference)
            #expect(outcome.verifiedSHA256 == file.sha256)
            let starts = hub.requests.map(\.rangeStart)
            #expect(starts.count == 4)
            #expect(starts[0] == nil)
            #expect(starts.compactMap { $0 } == starts.compactMap { $0 }.sorted())
            #expect(hub.requests.dropFirst().allSatisfy { $0.headers["if-range"] == "\"tag-1\"" })
        }
        try expectComplete(file)
    }

    @Test("goes on where an earlier call stopped")
    func resumesEarlierCalls() async throws {
        let file = PublishedFile(count: 400_000)
        try await ScriptedServer.run({ request, number in
            let reply = file.reply(to: request).adding(file.linked)
            return number == 0 ? reply.cut(after: 250_000) : reply
        }) { hub in
            let error = await #expect(throws: HubError.self) {
                try await folder.pull(from: hub, attempts: 1).pull(reference)
            }
            #expect(error?.code == .connectionFailed)
            #expect(error?.remedy.contains("goes on where it stopped") == true)
            #expect(folder.files == [name + ".part", name + ".part.json"])
            let kept = try folder.read(name + ".part").count
            #expect(kept > 0 && kept <= 250_000)
            let outcome = try await folder.pull(from: hub, attempts: 1).pull(reference)
            #expect(outcome.verifiedSHA256 == file.sha256)
            #expect(hub.requests[1].rangeStart == kept)
        }
        try expectComplete(file)
    }

    @Test("finishes a part that was complete already, without fetching a byte")
    func finishesCompletePart() async throws {
        let file = PublishedFile(count: 50_000)
        try folder.write(file.bytes, to: name + ".part")
        // The server states the size in its 416.
        try await ScriptedServer.run({ request, _ in file.reply(to: request) }) { hub in
            let sidecar = """
                {"source": "\(hub.url)/owner/repo/resolve/main/model.gguf", "entityTag": "\\"tag-1\\""}
                """
            try folder.write(Array(sidecar.utf8), to: name + ".part.json")
            let outcome = try await folder.pull(from: hub).pull(reference)
            #expect(outcome.byteCount == file.bytes.count)
            #expect(hub.requests.map(\.rangeStart) == [file.bytes.count])
        }
        try expectComplete(file)
    }

    @Test("takes the whole file from a server that ignores ranges")
    func copesWithoutRanges() async throws {
        let file = PublishedFile(count: 300_000)
        try await ScriptedServer.run({ _, number in
            let reply = file.whole.adding(file.linked)
            return number == 0 ? reply.cut(after: 100_000) : reply
        }) { hub in
            let outcome = try await folder.pull(from: hub).pull(reference)
            #expect(outcome.verifiedSHA256 == file.sha256)
        }
        try expectComplete(file)
    }

    @Test("starts again when the file changes between attempts", arguments: [true, false])
    func restartsWhenChanged(isLinked: Bool) async throws {
        let first = PublishedFile(count: 300_000, seed: 1)
        var second = PublishedFile(count: 300_000, seed: 2)
        second.entityTag = "\"tag-2\""
        let later = second
        try await ScriptedServer.run({ request, number in
            if number == 0 {
                return first.reply(to: request).adding(isLinked ? first.linked : []).cut(after: 100_000)
            }
            return later.reply(to: request).adding(isLinked ? later.linked : [])
        }) { hub in
            let outcome = try await folder.pull(from: hub).pull(reference)
            #expect(outcome.verifiedSHA256 == (isLinked ? later.sha256 : nil))
        }
        try expectComplete(second)
    }

    @Test("starts again when a server answers with another range than was asked for, or ignores the condition")
    func distrustsWrongRanges() async throws {
        let file = PublishedFile(count: 300_000)
        let changed = PublishedFile(count: 300_000, seed: 9)
        try await ScriptedServer.run({ request, number in
            switch number {
            case 0: return file.reply(to: request).cut(after: 100_000)
            case 1:
                // A range that starts too early.
                return ScriptedReply(
                    status: "206 Partial Content",
                    headers: [("ETag", "\"tag-1\""), ("Content-Range", "bytes 10-299999/300000")],
                    body: Array(file.bytes[10...])
                )
            case 2: return file.reply(to: request).cut(after: 120_000)
            case 3:
                // The right range of other bytes, in spite of If-Range.
                let start = request.rangeStart ?? 0
                return ScriptedReply(
                    status: "206 Partial Content",
                    headers: [("ETag", "\"tag-9\""), ("Content-Range", "bytes \(start)-299999/300000")],
                    body: Array(changed.bytes[start...])
                )
            default: return file.reply(to: request)
            }
        }) { hub in
            _ = try await folder.pull(from: hub, attempts: 10).pull(reference)
            #expect(hub.requests.count == 5)
        }
        try expectComplete(file)
    }

    @Test("throws away a part that is longer than the server's file")
    func restartsAfterUnsatisfiableRange() async throws {
        let file = PublishedFile(count: 10_000)
        try await ScriptedServer.run({ request, _ in file.reply(to: request).adding(file.linked) }) { hub in
            try folder.write([UInt8](repeating: 7, count: 20_000), to: name + ".part")
            let sidecar = """
                {"source": "\(hub.url)/owner/repo/resolve/main/model.gguf", "entityTag": "\\"tag-1\\""}
                """
            try folder.write(Array(sidecar.utf8), to: name + ".part.json")
            let outcome = try await folder.pull(from: hub).pull(reference)
            #expect(outcome.verifiedSHA256 == file.sha256)
            #expect(hub.requests.map(\.rangeStart) == [20_000, nil])
        }
        try expectComplete(file)
    }

    @Test("doesn't trust a part whose origin is unknown", arguments: ["", "{}", "not JSON"])
    func discardsUnknownParts(sidecar: String) async throws {
        let file = PublishedFile(count: 10_000)
        try folder.write([1, 2, 3], to: name + ".part")
        if !sidecar.isEmpty { try folder.write(Array(sidecar.utf8), to: name + ".part.json") }
        try await ScriptedServer.run({ request, _ in file.reply(to: request) }) { hub in
            _ = try await folder.pull(from: hub).pull(reference)
            #expect(hub.requests.map(\.rangeStart) == [nil])
        }
        try expectComplete(file)
    }

    @Test("gives up on a server that always breaks off, and keeps what came")
    func givesUpOnBrokenServers() async throws {
        let file = PublishedFile(count: 200_000)
        try await ScriptedServer.run({ _, _ in file.whole.cut(after: 50_000) }) { hub in
            let error = await #expect(throws: HubError.self) {
                try await folder.pull(from: hub, attempts: 3).pull(reference)
            }
            #expect(error?.code == .connectionFailed)
            #expect(hub.requests.count == 3)
        }
        #expect(folder.files.contains(name + ".part"))
        #expect(!folder.files.contains(name))
    }

    @Test("refuses bytes whose checksum is wrong, and keeps none of them")
    func refusesCorruption() async throws {
        let file = PublishedFile(count: 200_000)
        var damaged = file
        damaged.bytes[150_000] ^= 1
        let sent = damaged
        try await ScriptedServer.run({ request, _ in sent.reply(to: request).adding(file.linked) }) { hub in
            let error = await #expect(throws: HubError.self) { try await folder.pull(from: hub).pull(reference) }
            #expect(error?.code == .checksumMismatch)
            #expect(hub.requests.count == 1)
        }
        #expect(folder.files.isEmpty)
    }

    @Test("fetches everything once more when the damage may lie in an earlier run's bytes")
    func refetchesAfterDamagedPart() async throws {
        let file = PublishedFile(count: 200_000)
        try await ScriptedServer.run({ request, number in
            let reply = file.reply(to: request).adding(file.linked)
            return number == 0 ? reply.cut(after: 100_000) : reply
        }) { hub in
            await #expect(throws: HubError.self) { try await folder.pull(from: hub, attempts: 1).pull(reference) }
            var part = try folder.read(name + ".part")
            part[1000] ^= 0x10
            try folder.write(part, to: name + ".part")
            let outcome = try await folder.pull(from: hub).pull(reference)
            #expect(outcome.verifiedSHA256 == file.sha256)
            #expect(hub.requests.map { $0.rangeStart == nil } == [true, false, true])
        }
        try expectComplete(file)
    }

    @Test("compares with the checksum that the caller states")
    func honoursCallersChecksum() async throws {
        let file = PublishedFile(count: 5000)
        try await ScriptedServer.run({ request, _ in file.reply(to: request) }) { hub in
            let pull = try folder.pull(from: hub)
            let wrong = String(repeating: "0", count: 64)
            let mismatch = await #expect(throws: HubError.self) {
                try await pull.pull(reference, expectedSHA256: wrong)
            }
            #expect(mismatch?.code == .checksumMismatch)
            let malformed = await #expect(throws: HubError.self) {
                try await pull.pull(reference, expectedSHA256: "abc")
            }
            #expect(malformed?.code == .invalidReference)
            let outcome = try await pull.pull(reference, expectedSHA256: file.sha256.uppercased())
            #expect(outcome.verifiedSHA256 == file.sha256)
        }
        try expectComplete(file)
    }
}
