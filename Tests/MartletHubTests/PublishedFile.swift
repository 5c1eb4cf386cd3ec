import Crypto
import Foundation
import MartletHub
import MartletTestSupport

/// A file on a server, with the ways in which a good server answers for it.
struct PublishedFile: Sendable {
    var bytes: [UInt8]
    var entityTag: String? = "\"tag-1\""

    /// A file that begins like a model, of `count` bytes that differ with the seed.
    init(count: Int, seed: UInt64 = 1) {
        var state = seed
        bytes = Array("GGUF".utf8)
        while bytes.count < count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes.append(UInt8(truncatingIfNeeded: state >> 33))
        }
    }

    var sha256: String {
        SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private var tag: [(String, String)] { entityTag.map { [("ETag", $0)] } ?? [] }

    /// The hub's own headers for the file.
    var linked: [(String, String)] { [("X-Linked-Etag", "\"\(sha256)\""), ("X-Linked-Size", "\(bytes.count)")] }

    /// What a server that knows ranges answers.
    func reply(to request: ReceivedRequest) -> ScriptedReply {
        guard let start = request.rangeStart else { return whole }
        if let condition = request.headers["if-range"], condition != entityTag { return whole }
        guard start < bytes.count else {
            return .status("416 Range Not Satisfiable", tag + [("Content-Range", "bytes */\(bytes.count)")])
        }
        return ScriptedReply(
            status: "206 Partial Content",
            headers: tag + [("Content-Range", "bytes \(start)-\(bytes.count - 1)/\(bytes.count)")],
            body: Array(bytes[start...])
        )
    }

    /// The whole file, whatever the request.
    var whole: ScriptedReply { ScriptedReply(headers: tag, body: bytes) }
}

extension ScriptedReply {
    /// The same answer, broken off after `count` bytes of its body.
    func cut(after count: Int) -> ScriptedReply {
        var reply = self
        reply.sentCount = count
        return reply
    }

    /// The same answer with the headers that the hub adds.
    func adding(_ headers: [(String, String)]) -> ScriptedReply {
        var reply = self
        reply.headers += headers
        return reply
    }
}

/// A folder of its own for a test, gone when the test is.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "martlet-hub-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var directory: ModelDirectory { ModelDirectory(path: path) }

    /// The names of all files below the folder.
    var files: [String] {
        (FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []).filter { name in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isDirectory)
                && !isDirectory.boolValue
        }.sorted()
    }

    func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    /// A puller that keeps its models here, and doesn't wait long.
    func pull(
        from server: ScriptedServer,
        token: String? = nil,
        attempts: Int = 5,
        readTimeout: Duration = .seconds(20)
    ) throws -> ModelPull {
        var configuration = try HubConfiguration.standard(environment: ["HF_TOKEN": token ?? ""], baseURL: server.url)
        configuration.backoff = Array(repeating: .milliseconds(1), count: attempts - 1)
        configuration.readTimeout = readTimeout
        return ModelPull(configuration: configuration, directory: directory)
    }
}
