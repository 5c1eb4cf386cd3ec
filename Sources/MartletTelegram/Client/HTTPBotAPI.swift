public import AsyncHTTPClient
public import MartletCore
import NIOCore
import NIOHTTP1
import NIOPosix

/// Calls a Bot API server over HTTP, once and without waiting.
public struct HTTPBotAPI: BotAPICalling {
    private let client: HTTPClient
    private let baseURL: String
    private let token: BotToken
    private static let maximumResponseByteCount = 32 << 20

    /// Telegram's own server.
    public static let standardBaseURL = "https://api.telegram.org"

    /// Makes a caller.
    /// - Parameter baseURL: The server, such as `https://api.telegram.org` or `http://127.0.0.1:8081`.
    public init(client: HTTPClient, baseURL: String = HTTPBotAPI.standardBaseURL, token: BotToken) {
        self.client = client
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.token = token
    }

    /// Posts the parameters as JSON, or as a form where a file goes along.
    public func call(_ call: BotAPICall) async throws -> JSONValue {
        var request = HTTPClientRequest(url: "\(baseURL)/bot\(token.rawValue)/\(call.method)")
        request.method = .POST
        if let upload = call.upload {
            let form = MultipartForm(call.parameters, upload)
            request.headers.add(name: "Content-Type", value: form.contentType)
            request.body = .bytes(form.bytes)
        } else {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(JSONValue.object(call.parameters).serialized)
        }
        let status: Int
        let bytes: [UInt8]
        do {
            let timeout = TimeAmount.milliseconds(call.timeout.components.seconds * 1000)
            let response = try await client.execute(request, timeout: timeout)
            // What was asked arrives elsewhere without its parameters, and Telegram itself sends nobody on.
            guard response.history.count <= 1 else {
                throw TelegramError(code: .malformedResponse, method: call.method, reason: "sent on elsewhere")
            }
            let body = try await response.body.collect(upTo: Self.maximumResponseByteCount)
            (status, bytes) = (Int(response.status.code), Array(body.readableBytesView))
        } catch let error as CancellationError {
            throw error
        } catch let error as TelegramError {
            throw error
        } catch {
            try Task.checkCancellation()
            var failure = TelegramError(code: .network, method: call.method, reason: token.redact("\(error)"))
            // Without a connection nothing was sent; after that nobody knows what the server did.
            failure.hadNoEffect = error is NIOConnectionError || (error as? HTTPClientError) == .connectTimeout
            throw failure
        }
        guard let response = try? JSONValue(parsing: bytes) else {
            guard status == 200 else { throw TelegramError(method: call.method, status: status, response: nil) }
            throw Self.malformed(call, "not JSON", bytes)
        }
        guard status != 200 || response["ok"]?.bool != nil else { throw Self.malformed(call, "no \"ok\"", bytes) }
        guard response["ok"]?.bool == true else {
            throw TelegramError(method: call.method, status: status, response: response)
        }
        return response["result"] ?? .null
    }

    private static func malformed(_ call: BotAPICall, _ reason: String, _ body: [UInt8]) -> TelegramError {
        var error = TelegramError(code: .malformedResponse, method: call.method, reason: reason)
        error.body = body
        return error
    }
}
