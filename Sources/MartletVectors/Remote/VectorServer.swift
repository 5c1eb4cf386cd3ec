import AsyncHTTPClient
import MartletCore
import NIOCore
import NIOHTTP1

/// The way to one server of vectors: requests with their key, sent again where they failed on the way.
final class VectorServer: Sendable {
    /// What the server is called in messages.
    let name: String
    private let client: HTTPClient
    private let key: Key?
    private let headers: [(name: String, value: String)]
    let options: RemoteVectorOptions
    private let budget = RetryBudget()

    /// A key, and the fields that it is sent in, with what stands before it.
    typealias Key = (secret: Secret, headers: [(name: String, prefix: String)])

    init(
        name: String,
        client: HTTPClient,
        key: Key?,
        headers: [(name: String, value: String)] = [],
        options: RemoteVectorOptions
    ) {
        self.name = name
        self.client = client
        self.key = key
        self.headers = headers
        self.options = options
    }

    /// What a server says.
    struct Answer: Sendable {
        var status: Int
        var body: JSONValue
    }

    /// Sends a request, and again where nothing or a passing trouble came back.
    ///
    /// - Throws: ``VectorStoreError`` for an answer that is none, or an error.
    func call(_ method: HTTPMethod, _ url: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "user-agent", value: "martlet")
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        for header in key?.headers ?? [] {
            request.headers.add(name: header.name, value: header.prefix + (key?.secret.rawValue ?? ""))
        }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.serialized))
        }
        var retryCount = 0
        while true {
            do {
                let answer = try await send(request)
                budget.earn()
                return answer.body
            } catch let failure as Passing {
                guard retryCount < options.maximumRetryCount, failure.pause ?? .zero <= options.longestPause,
                    budget.spend()
                else { throw failure.error }
                let ceiling = options.firstPause * (1 << min(retryCount, 10))
                let jitter = min(ceiling, options.longestPause) * Double.random(in: 0..<1)
                try await Task.sleep(for: (failure.pause ?? .zero) + jitter)
                retryCount += 1
            }
        }
    }

    /// A trouble that may pass, with the pause that the server asks for.
    private struct Passing: Error {
        var error: VectorStoreError
        var pause: Duration?
    }

    private func send(_ request: HTTPClientRequest) async throws -> Answer {
        let response: HTTPClientResponse
        let bytes: ByteBuffer
        do {
            let timeout = TimeAmount.nanoseconds(Int64(options.timeout / .nanoseconds(1)))
            response = try await client.execute(request, timeout: timeout)
            bytes = try await response.body.collect(upTo: options.answerLimit)
        } catch is NIOTooManyBytesError {
            throw VectorStoreError(.tooLarge, "\(name) answers with more than is read", remedy: "Ask for less at once")
        } catch {
            try Task.checkCancellation()
            throw Passing(error: unreachable(error), pause: nil)
        }
        let body = (try? JSONValue(parsing: bytes.readableBytesView)) ?? .null
        let status = Int(response.status.code)
        guard !(200..<300).contains(status) else {
            // Some answers have no body at all; one that is no JSON is another kind of server's.
            guard bytes.readableBytes == 0 || body != .null else { throw stranger() }
            return Answer(status: status, body: body)
        }
        let error = translate(status, body)
        guard [408, 429, 502, 503, 504].contains(status) else { throw error }
        let pause = response.headers.first(name: "retry-after").flatMap { Double($0) }
        throw Passing(error: error, pause: pause.flatMap { (0...86_400).contains($0) ? .seconds($0) : nil })
    }

    private func unreachable(_ error: any Error) -> VectorStoreError {
        let text = "\(error)".lowercased()
        let reason =
            switch true {
            case text.contains("refused"): "nothing listens at its address"
            case text.contains("certificate"), text.contains("handshake"), text.contains("ssl"):
                "no encrypted connection could be made"
            case text.contains("timeout"), text.contains("deadline"): "it doesn't answer in time"
            default: "the connection failed or was closed"
            }
        return VectorStoreError(
            .unavailable,
            "\(name) can't be reached: \(reason)",
            remedy: "Check its address, that it runs, and the network"
        )
    }

    /// What answers is no such server.
    private func stranger() -> VectorStoreError {
        VectorStoreError(
            .unavailable,
            "what answers at the address is not \(name)",
            remedy: "Check the address"
        )
    }

    /// An error's status and text in our words; the server's own are cut short, and never hold the key.
    private func translate(_ status: Int, _ body: JSONValue) -> VectorStoreError {
        let said = body["message"]?.string ?? body["error"]?["message"]?.string ?? body["error"]?.string ?? ""
        let harmless = (key?.secret.redact(said) ?? said).prefix(300).map { $0.isNewline ? " " : $0 }
        let text = harmless.isEmpty ? "with status \(status)" : "saying: \(String(harmless))"
        let (code, remedy): (VectorStoreError.Code, String) =
            switch status {
            case 404: (.notFound, "Check the name, or make the collection first")
            case 409: (.exists, "Use what is there, or choose another name")
            case 401, 403: (.notAuthorized, "Set the key that the server knows")
            case 413: (.tooLarge, "Send less at once")
            case 501: (.unsupported, "Ask in another way")
            case 300..<400: (.unavailable, "Give the address that it sends to")
            case 408, 429, 500...: (.unavailable, "Try again later")
            default: (.invalid, "Mend what was asked")
            }
        return VectorStoreError(code, "\(name) refuses, \(text)", remedy: remedy)
    }
}
