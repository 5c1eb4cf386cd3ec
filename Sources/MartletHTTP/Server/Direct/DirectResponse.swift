import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// A response that leaves by another way than a connection of the server; its body is written once.
public struct DirectResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The fields, without those that are a matter of one connection.
    public let headers: [(name: String, value: String)]
    /// How long the body is; nil for one that is written as it comes about, such as an event stream.
    public let byteCount: Int?
    private let body: ResponseBody
    private let caller: DirectCaller

    /// Fields of one connection (RFC 9110, section 7.6.1), and the length, which whoever sends the body knows.
    private static let connectionFields: Set<String> = [
        "connection", "keep-alive", "transfer-encoding", "upgrade", "content-length",
    ]

    init(_ response: Response, caller: DirectCaller) {
        status = response.status.code
        headers = response.headers
            .filter { !Self.connectionFields.contains($0.name.canonicalName) }
            .map { ($0.name.canonicalName, $0.value) }
        byteCount = response.body.contentLength
        body = response.body
        self.caller = caller
    }

    /// Writes the body piece by piece.
    ///
    /// Where `sink` throws, or the task is cancelled, what makes the body is stopped, as for a client that goes away.
    @concurrent
    public func write(to sink: @escaping @Sendable ([UInt8]) async throws -> Void) async throws {
        try await withTaskCancellationHandler {
            do {
                try await body.write(DirectWriter(sink: sink))
            } catch {
                caller.depart()
                throw error
            }
        } onCancel: {
            caller.depart()
        }
    }

    /// The whole body.
    public func collected() async throws -> [UInt8] {
        let bytes = Mutex<[UInt8]>([])
        try await write { piece in bytes.withLock { $0 += piece } }
        return bytes.withLock { $0 }
    }
}

private struct DirectWriter: ResponseBodyWriter {
    let sink: @Sendable ([UInt8]) async throws -> Void

    mutating func write(_ buffer: ByteBuffer) async throws {
        guard buffer.readableBytes > 0 else { return }
        try await sink(Array(buffer.readableBytesView))
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// Who made a request without a connection; tells those who ask when they have gone.
final class DirectCaller: Sendable {
    private struct State {
        var isGone = false
        var presence: ClientPresence?
    }

    private let state = Mutex(State())

    /// Lets `presence` know when the caller goes, at once where they have gone already.
    func attach(_ presence: ClientPresence) {
        let isGone = state.withLock { state in
            state.presence = presence
            return state.isGone
        }
        if isGone { presence.noteDeparture() }
    }

    /// The caller goes.
    func depart() {
        let presence = state.withLock { state in
            state.isGone = true
            defer { state.presence = nil }
            return state.presence
        }
        presence?.noteDeparture()
    }
}
