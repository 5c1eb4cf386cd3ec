import Foundation
import MartletHub
import MartletTestSupport
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Models, refused and interrupted")
struct ModelPullRefusalTests {
    let folder: TemporaryFolder
    let reference: ModelReference
    let name = "hf/owner/repo/model.gguf"

    init() throws {
        folder = try TemporaryFolder()
        reference = try ModelReference("hf:owner/repo/model.gguf")
    }

    struct Answer: Sendable, CustomTestStringConvertible {
        let status: String
        var headers: [(String, String)] = []
        var token: String?
        let code: HubError.Code
        let words: String
        var testDescription: String { "\(status) \(headers) \(token ?? "no token")" }

        static let all: [Answer] = [
            Answer(status: "404 Not Found", code: .notFound, words: "Check the spelling"),
            Answer(status: "401 Unauthorized", code: .notAuthorized, words: "HF_TOKEN"),
            Answer(
                status: "401 Unauthorized",
                headers: [("X-Error-Code", "RepoNotFound")],
                code: .notFound,
                words: "no such repository"
            ),
            Answer(
                status: "403 Forbidden",
                headers: [("X-Error-Code", "GatedRepo")],
                token: "hf_x",
                code: .notAuthorized,
                words: "Accept the terms"
            ),
            Answer(status: "418 Teapot", code: .unexpectedResponse, words: "418"),
            Answer(status: "206 Partial Content", code: .unexpectedResponse, words: "206"),
            Answer(status: "416 Range Not Satisfiable", code: .unexpectedResponse, words: "416"),
            Answer(status: "302 Found", code: .unexpectedResponse, words: "no valid address"),
            Answer(
                status: "302 Found",
                headers: [("Location", "file:///etc/passwd")],
                code: .unexpectedResponse,
                words: "no valid address"
            ),
            Answer(
                status: "302 Found",
                headers: [("Location", "/owner/repo/resolve/main/model.gguf")],
                code: .unsafeRedirect,
                words: "circles"
            ),
            Answer(status: "503 Busy", code: .connectionFailed, words: "503"),
            Answer(status: "429 Slow Down", headers: [("Retry-After", "0")], code: .connectionFailed, words: "429"),
        ]
    }

    @Test("says what a refusal means and what to do, and leaves no file", arguments: Answer.all)
    func explainsRefusals(answer: Answer) async throws {
        try await ScriptedServer.run({ _, _ in .status(answer.status, answer.headers) }) { hub in
            let error = await #expect(throws: HubError.self) {
                try await folder.pull(from: hub, token: answer.token, attempts: 3).pull(reference)
            }
            #expect(error?.code == answer.code)
            #expect(error?.description.contains(answer.words) == true, "\(String(describing: error))")
            #expect(error?.description.contains("hf_x") == false)
            if answer.code == .connectionFailed { #expect(hub.requests.count == 3) }
        }
        #expect(folder.files.isEmpty)
    }

    @Test(
        "tries again after errors that pass",
        arguments: ["500 Oops", "502 Bad Gateway", "429 Slow Down", "408 Late"]
    )
    func retriesPassingErrors(status: String) async throws {
        let file = PublishedFile(count: 1000)
        try await ScriptedServer.run({ request, number in
            number < 2 ? .status(status) : file.reply(to: request)
        }) { hub in
            _ = try await folder.pull(from: hub).pull(reference)
            #expect(hub.requests.count == 3)
        }
        #expect(try folder.read(name) == file.bytes)
    }

    @Test("asks the hub again when the redirection's address has run out")
    func renewsRedirections() async throws {
        let file = PublishedFile(count: 1000)
        try await ScriptedServer.run({ request, number in
            number == 0 ? .status("403 Expired") : file.reply(to: request)
        }) { storage in
            let location = "http://127.0.0.1:\(storage.port)/blob"
            try await ScriptedServer.run({ _, _ in .status("302 Found", [("Location", location)]) }) { hub in
                _ = try await folder.pull(from: hub).pull(reference)
                #expect(hub.requests.count == 2)
            }
        }
        #expect(try folder.read(name) == file.bytes)
    }

    @Test("tries again after a server that falls silent")
    func leavesStallingServers() async throws {
        let file = PublishedFile(count: 100_000)
        try await ScriptedServer.run({ request, number in
            var reply = file.reply(to: request)
            if number == 0 {
                reply.sentCount = 40_000
                reply.isStalling = true
            }
            return reply
        }) { hub in
            _ = try await folder.pull(from: hub, readTimeout: .milliseconds(700)).pull(reference)
            #expect(hub.requests.count >= 2)
        }
        #expect(try folder.read(name) == file.bytes)
    }

    @Test("refuses a body that is longer than announced, and one whose length differs from the hub's")
    func refusesWrongSizes() async throws {
        let file = PublishedFile(count: 10_000)
        try await ScriptedServer.run({ _, number in
            var reply = file.whole.adding([("X-Linked-Size", "9000")])
            reply.isChunked = number == 0
            return reply
        }) { hub in
            for _ in 0..<2 {
                let error = await #expect(throws: HubError.self) { try await folder.pull(from: hub).pull(reference) }
                #expect(error?.code == .wrongSize)
            }
            #expect(hub.requests.count == 2)
        }
        #expect(!folder.files.contains(name))
    }

    @Test("takes a body without a length, and notices when it is short of the hub's size")
    func countsChunkedBodies() async throws {
        let file = PublishedFile(count: 200_000)
        try await ScriptedServer.run({ request, number in
            if number == 0 {
                var reply = file.whole.adding(file.linked)
                reply.isChunked = true
                reply.body = Array(reply.body.prefix(150_000))
                return reply
            }
            return file.reply(to: request).adding(file.linked)
        }) { hub in
            _ = try await folder.pull(from: hub).pull(reference)
            #expect(hub.requests.map(\.rangeStart) == [nil, 150_000])
        }
        #expect(try folder.read(name) == file.bytes)
    }

    @Test("refuses what is no model", arguments: ["<html>Please log in</html>", "GGML....", "GG", ""])
    func refusesOtherFiles(text: String) async throws {
        try await ScriptedServer.run({ _, _ in ScriptedReply(body: Array(text.utf8)) }) { hub in
            let error = await #expect(throws: HubError.self) { try await folder.pull(from: hub).pull(reference) }
            #expect(error?.code == .notAModel)
        }
        #expect(!folder.files.contains(name))
    }

    @Test("says that the disk is too small before it fetches anything")
    func checksSpaceFirst() async throws {
        try await ScriptedServer.run({ _, _ in
            var reply = ScriptedReply(body: Array("GGUF".utf8))
            reply.announcedLength = .some(1 << 60)
            return reply
        }) { hub in
            let error = await #expect(throws: HubError.self) { try await folder.pull(from: hub).pull(reference) }
            #expect(error?.code == .diskFull)
            #expect(hub.requests.count == 1)
        }
        #expect(folder.files.isEmpty)
    }

    @Test("says that the folder can't be made")
    func refusesUnwritableFolder() async throws {
        try folder.write([1], to: "file")
        let puller = ModelPull(
            configuration: try HubConfiguration.standard(environment: [:], baseURL: "http://127.0.0.1:9"),
            directory: ModelDirectory(path: folder.path + "/file/models")
        )
        let error = await #expect(throws: HubError.self) { try await puller.pull(reference) }
        #expect(error?.code == .unwritable)
    }

    @Test("says that the server can't be reached")
    func reportsUnreachableServer() async throws {
        // A server that is gone again: its port is free.
        let port = try await ScriptedServer.run({ _, _ in .status("200 OK") }) { $0.port }
        var configuration = try HubConfiguration.standard(environment: [:], baseURL: "http://127.0.0.1:\(port)")
        configuration.backoff = [.milliseconds(1)]
        let puller = ModelPull(configuration: configuration, directory: folder.directory)
        let error = await #expect(throws: HubError.self) { try await puller.pull(reference) }
        #expect(error?.code == .connectionFailed)
        #expect(error?.description.contains("127.0.0.1") == true)
    }

    @Test("leaves a file alone that another process is fetching")
    func respectsLocks() async throws {
        try folder.write([], to: name + ".part")
        let descriptor = open(folder.path + "/" + name + ".part", O_RDWR)
        defer { close(descriptor) }
        try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let file = PublishedFile(count: 1000)
        try await ScriptedServer.run({ request, _ in file.reply(to: request) }) { hub in
            let pull = try folder.pull(from: hub)
            let error = await #expect(throws: HubError.self) { try await pull.pull(reference) }
            #expect(error?.code == .alreadyRunning)
            #expect(hub.requests.isEmpty)
            flock(descriptor, LOCK_UN)
            _ = try await pull.pull(reference)
        }
        #expect(try folder.read(name) == file.bytes)
    }

    @Test("keeps the part when it is cancelled, and goes on from there")
    func keepsPartOnCancellation() async throws {
        let file = PublishedFile(count: 100_000)
        try await ScriptedServer.run({ request, number in
            var reply = file.reply(to: request).adding(file.linked)
            if number == 0 {
                reply.sentCount = 40_000
                reply.isStalling = true
            }
            return reply
        }) { hub in
            let pull = try folder.pull(from: hub)
            let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) {
                        try await pull.pull(reference) { event in
                            if case .transferring(40_000, _) = event { arrived.yield() }
                        }
                    }
                }
                for await _ in arrivals { break }
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(try folder.read(name + ".part") == Array(file.bytes.prefix(40_000)))
            _ = try await pull.pull(reference)
            #expect(hub.requests.map(\.rangeStart) == [nil, 40_000])
        }
        #expect(try folder.read(name) == file.bytes)
    }

    @Test("fetches nothing that is here, unless told to, and replaces it only by a complete file")
    func respectsPresentFiles() async throws {
        let file = PublishedFile(count: 1000)
        try folder.write(Array("GGUF old".utf8), to: name)
        try await ScriptedServer.run({ request, number in
            number == 0 ? .status("404 Not Found") : file.reply(to: request)
        }) { hub in
            let pull = try folder.pull(from: hub)
            let present = try await pull.pull(reference)
            #expect(present.wasPresent && present.byteCount == 8)
            #expect(hub.requests.isEmpty)
            await #expect(throws: HubError.self) { try await pull.pull(reference, replacing: true) }
            #expect(try folder.read(name) == Array("GGUF old".utf8))
            let fetched = try await pull.pull(reference, replacing: true)
            #expect(!fetched.wasPresent)
        }
        #expect(try folder.read(name) == file.bytes)
        #expect(folder.files == [name])
    }

    @Test("reports bytes that only grow and end at the whole")
    func reportsProgress() async throws {
        let file = PublishedFile(count: 500_000)
        let seen = Mutex<[Int]>([])
        try await ScriptedServer.run({ request, _ in file.reply(to: request).adding(file.linked) }) { hub in
            _ = try await folder.pull(from: hub).pull(reference) { event in
                if case .transferring(let completed, let total) = event {
                    seen.withLock { $0.append(completed) }
                    #expect(total == 500_000)
                }
            }
        }
        let counts = seen.withLock { $0 }
        #expect(counts == counts.sorted())
        #expect(counts.first == 0 && counts.last == 500_000)
    }
}
