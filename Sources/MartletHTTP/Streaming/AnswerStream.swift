import HTTPTypes
import Hummingbird
import Logging
import MartletCore
import NIOCore
import Synchronization

/// A request's generations on their way into an event stream.
struct AnswerStream<Encoder: AnswerEncoding>: Sendable {
    /// The generations.
    let session: GenerationSession
    /// What they may cost.
    let lease: GenerationLease
    /// Who reads.
    let presence: ClientPresence
    /// How they are told.
    let encoder: Encoder
    /// Their sum, still without an event.
    let tally: AnswerTally
    /// How long it may be silent.
    let heartbeat: Duration
    /// Where a failure's cause goes that callers don't see.
    let logger: Logger

    /// The response, once its status can be told.
    ///
    /// What fails before a first event fails the request; where nothing comes for the time of a heartbeat, the stream begins
    /// without it and an error becomes its last event.
    func response() async throws -> Response {
        presence.onDeparture { session.cancel() }
        let first = await session.first(within: heartbeat)
        guard let first else {
            lease.release()
            throw CancellationError()
        }
        if case .failure(let error) = first.first {
            session.cancel()
            lease.release()
            throw error
        }
        if tally.summaries.count == 1, case .event(.finished(let summary), _) = first.first {
            if let error = APIError(emptyEnd: summary) {
                lease.settle(summary.usage, summaries: [summary])
                throw error
            }
        }
        var headers = lease.headers
        headers[.contentType] = "text/event-stream; charset=utf-8"
        headers[.cacheControl] = "no-cache"
        headers[.noProxyBuffering] = "no"
        let body = ResponseBody { writer in
            try await write(first, to: &writer)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    @concurrent
    private func write(_ first: [EventQueue.Entry], to writer: inout any ResponseBodyWriter) async throws {
        let lastWrite = LastWrite()
        var state = WritingState(encoder: encoder, tally: tally, logger: logger)
        defer {
            session.cancel()
            presence.release()
            if !state.tally.isComplete {
                let usage = state.tally.usage
                let count = max(usage.generatedTokenCount, state.tally.pieceCount)
                lease.release(Usage(promptTokenCount: usage.promptTokenCount, generatedTokenCount: count))
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await keepAlive(lastWrite) }
            defer { group.cancelAll() }
            var batch: [EventQueue.Entry]? = first
            while let entries = batch {
                let buffer = state.write(entries, lease: lease)
                try await writer.write(buffer)
                lastWrite.note()
                if state.hasEnded { break }
                batch = await session.next()
            }
            if !state.hasEnded {
                try await writer.write(state.writeEnd(lease: lease))
            }
        }
        try await writer.finish(nil)
    }

    /// Lets a silent stream send a comment.
    private func keepAlive(_ lastWrite: LastWrite) async throws {
        while true {
            try await Task.sleep(for: heartbeat)
            if .now - lastWrite.instant >= heartbeat * 0.9 { session.tick() }
        }
    }

    private struct WritingState {
        var encoder: Encoder
        var tally: AnswerTally
        let logger: Logger
        var hasEnded = false

        mutating func write(_ entries: [EventQueue.Entry], lease: GenerationLease) -> ByteBuffer {
            guard !entries.isEmpty else { return ByteBuffer(staticString: ": waiting\n\n") }
            var buffer = ByteBuffer()
            buffer.reserveCapacity(entries.count * 320)
            for entry in entries where !hasEnded {
                switch entry {
                case .event(let event, let choice):
                    tally.note(event, choice: choice)
                    if tally.pieceCount == 1 { lease.noteFirstToken() }
                    if case .finished(let summary) = event, let error = APIError(brokenEnd: summary) {
                        encoder.write(error, to: &buffer)
                        hasEnded = true
                    } else {
                        encoder.write(event, choice: choice, to: &buffer)
                    }
                case .failure(let error):
                    encoder.write(APIError.logging(error, to: logger), to: &buffer)
                    hasEnded = true
                }
            }
            return buffer
        }

        mutating func writeEnd(lease: GenerationLease) -> ByteBuffer {
            var buffer = ByteBuffer()
            if tally.isComplete {
                lease.settle(tally.usage, summaries: tally.summaries.compactMap(\.self))
                encoder.writeEnd(tally, to: &buffer)
            } else {
                encoder.write(APIError(CancellationError()), to: &buffer)
            }
            hasEnded = true
            return buffer
        }
    }
}

/// When a stream last wrote.
private final class LastWrite: Sendable {
    private let current = Mutex(ContinuousClock.now)

    var instant: ContinuousClock.Instant { current.withLock { $0 } }
    func note() { current.withLock { $0 = .now } }
}

extension HTTPField.Name {
    /// Tells nginx to pass events on as they come.
    static let noProxyBuffering = HTTPField.Name(literal: "x-accel-buffering")
    /// How many seconds an answer may take.
    static let requestTimeout = HTTPField.Name(literal: "x-request-timeout")
}

extension APIError {
    /// The error as callers see it; what they don't see of a fault of the server is logged.
    static func logging(_ error: any Error, to logger: Logger) -> APIError {
        let shown = APIError(error)
        if shown.status == .internalServerError {
            logger.error(
                "A stream failed",
                metadata: ["error.type": "\(Swift.type(of: error))", "error.text": "\(error)"]
            )
        }
        return shown
    }

    /// The error for a generation that ended before it said anything, if that is one.
    init?(emptyEnd summary: GenerationSummary) {
        if let broken = APIError(brokenEnd: summary) {
            self = broken
            return
        }
        guard summary.reason == .deadline, summary.usage.generatedTokenCount == 0 else { return nil }
        self = .deadlineExceeded(
            "The time that the request gives passed before the first token. Give more time, or try again later."
        )
    }

    /// The error for a generation that was stopped from this side while its client still waits, as a server's stop does.
    init?(brokenEnd summary: GenerationSummary) {
        guard summary.reason == .cancelled else { return nil }
        self = .unavailable("The server stopped the answer; try again later.")
    }
}
