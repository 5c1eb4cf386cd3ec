import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// One file's way here: attempts, waits between them, and the check at the end.
final class Download {
    private let source: URL
    private let expectedSHA256: String?
    private let configuration: HubConfiguration
    private let part: PartialFile
    private let report: (ModelPull.Event) -> Void
    private let transfer: Transfer

    /// An attempt that brought this much was worth it: the waits start anew.
    private static let worthwhileByteCount = 256 << 10

    init(
        source: URL,
        expectedSHA256: String?,
        configuration: HubConfiguration,
        client: HTTPClient,
        part: PartialFile,
        report: @escaping (ModelPull.Event) -> Void
    ) {
        self.source = source
        self.expectedSHA256 = expectedSHA256
        self.configuration = configuration
        self.part = part
        self.report = report
        transfer = Transfer(client: client, configuration: configuration, report: report)
    }

    /// Fetches, checks and names the file; returns the SHA-256 if there was one to compare with.
    func run() async throws -> String? {
        if part.identity?.source != source.absoluteString || part.identity?.isVerifiable != true {
            try part.discard()
        }
        var mayRefetch = part.byteCount > 0
        while true {
            try await fetch()
            let expected = expectedSHA256 ?? part.identity?.sha256
            guard let expected else {
                try part.finish()
                return nil
            }
            let total = part.byteCount
            let digest = try part.digest { completed in
                try Task.checkCancellation()
                report(.verifying(completed: completed, total: total))
            }
            if digest == expected {
                try part.finish()
                return digest
            }
            try part.discard()
            guard mayRefetch else {
                throw HubError(
                    .checksumMismatch,
                    "The bytes that arrived are not the published ones: their SHA-256 is \(digest), not \(expected).",
                    remedy: "Run the same command again; if it stays like this, something between here and the server "
                        + "changes the bytes."
                )
            }
            // The damage may lie in the bytes of an earlier run: fetch all of them once more.
            mayRefetch = false
        }
    }

    /// Brings the part to its full length.
    private func fetch() async throws {
        if let size = part.identity?.byteCount, part.identity?.sha256 != nil, part.byteCount == size { return }
        var failureCount = 0
        var best = part.byteCount
        while true {
            let interruption: Interruption
            do {
                try await attempt()
                return
            } catch let error as Interruption {
                interruption = error
            } catch let error as HubError {
                throw error
            } catch {
                if Task.isCancelled || error is CancellationError { throw CancellationError() }
                interruption = Interruption(reason: Download.words(for: error))
            }
            try Task.checkCancellation()
            if part.byteCount >= best + Download.worthwhileByteCount { failureCount = 0 }
            best = max(best, part.byteCount)
            guard failureCount < configuration.backoff.count else {
                throw HubError(
                    .connectionFailed,
                    "\(source.host ?? "The server"): \(interruption.reason)",
                    remedy: "Check the network and run the same command again: the download goes on where it stopped."
                )
            }
            let wait = max(configuration.backoff[failureCount], interruption.minimumWait)
            failureCount += 1
            report(.waiting(reason: interruption.reason, duration: wait))
            try await Task.sleep(for: wait)
        }
    }

    /// One request with its redirections, and as much of the body as comes.
    private func attempt() async throws {
        let isResuming = part.byteCount > 0
        let answer = try await transfer.open(
            source,
            from: part.byteCount,
            entityTag: isResuming ? part.identity?.entityTag : nil
        )
        switch answer.status {
        case .wrongRange:
            // Nothing lies beyond the part: either it is complete, or it belongs to something else.
            if let size = answer.range?.total, size == part.byteCount,
                part.identity?.isChanged(answer.identity) == false
            {
                return
            }
            try part.discard()
            throw Interruption(reason: "The server's file doesn't continue this part; starting again.")
        case .partial:
            guard isResuming, answer.range?.start == part.byteCount, part.identity?.isChanged(answer.identity) == false
            else {
                try part.discard()
                throw Interruption(reason: "The file changed on the server; starting again.")
            }
        case .whole:
            try part.restart(as: answer.identity)
        }
        try await receive(answer)
    }

    private func receive(_ answer: Transfer.Answer) async throws {
        let total = answer.identity.byteCount ?? part.identity?.byteCount
        if let total { try part.checkSpace(total: total) }
        report(.transferring(completed: part.byteCount, total: total))
        for try await buffer in answer.body {
            if let total, buffer.readableBytes > total - part.byteCount {
                try part.discard()
                throw HubError(
                    .wrongSize,
                    "The server sends more than the \(total) bytes that it announced.",
                    remedy: "Its file is not the published one: try another source."
                )
            }
            try buffer.withUnsafeReadableBytes { try part.append($0) }
            report(.transferring(completed: part.byteCount, total: total))
        }
        try Task.checkCancellation()
        if let total, part.byteCount < total {
            throw Interruption(reason: "The connection ended after \(part.byteCount) of \(total) bytes.")
        }
    }

    private static func words(for error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .readTimeout: "The server stopped sending."
        case let error as HTTPClientError where error == .connectTimeout: "The server doesn't answer."
        case let error as HTTPClientError: "The connection failed (\(error.shortDescription))."
        case is HTTPParserError: "The connection broke off."
        default: "The connection failed (\(error))."
        }
    }
}

/// Why an attempt ended early; another one may do better.
struct Interruption: Error {
    var reason: String
    var minimumWait = Duration.zero
}
