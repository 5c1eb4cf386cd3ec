import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// One exchange over HTTP with a service or a server of credentials: bounded in time and size, its failures in our words.
struct AWSTransport: Sendable {
    let client: HTTPClient

    /// What is sent.
    struct Request: Sendable {
        var method = "GET"
        var url: String
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []
        /// What is asked, for messages: `dynamodb:PutItem`.
        var name: String
        /// The largest answer.
        var maximumByteCount = 64 << 10
    }

    /// What came back, whatever its status.
    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: [UInt8]

        /// A header's first value.
        func header(_ name: String) -> String? { headers.first(name: name) }
    }

    /// Sends a request and reads its whole answer.
    ///
    /// - Throws: ``AWSError`` where there is no answer; `CancellationError`.
    func send(_ request: Request, timeout: Duration) async throws -> Answer {
        do {
            return try await withThrowingTaskGroup(of: Answer?.self) { group in
                group.addTask { try await exchange(request) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let answer = try await group.next() ?? nil else { throw Self.timedOut(request) }
                return answer
            }
        } catch let error as AWSError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw Self.translate(error, request)
        }
    }

    private func exchange(_ request: Request) async throws -> Answer {
        var message = HTTPClientRequest(url: request.url)
        message.method = HTTPMethod(rawValue: request.method)
        message.headers.add(name: "user-agent", value: "martlet")
        for header in request.headers { message.headers.add(name: header.name, value: header.value) }
        if !request.body.isEmpty { message.body = .bytes(ByteBuffer(bytes: request.body)) }
        let response = try await client.execute(message, deadline: .distantFuture)
        var body: [UInt8] = []
        for try await buffer in response.body {
            guard body.count + buffer.readableBytes <= request.maximumByteCount else {
                throw AWSError(
                    code: AWSError.tooLarge,
                    message: "\(request.name): the answer is larger than \(request.maximumByteCount) bytes",
                    remedy: "See that AWS_ENDPOINT_URL names a server that speaks AWS's protocols",
                    status: Int(response.status.code)
                )
            }
            body += buffer.readableBytesView
        }
        return Answer(status: Int(response.status.code), headers: response.headers, body: body)
    }

    private static func timedOut(_ request: Request) -> AWSError {
        AWSError(
            code: AWSError.timedOut,
            message: "\(request.name): there was no answer in time",
            remedy: "Check the network and the address, and try again"
        )
    }

    /// Says in our words why there is no answer; the libraries' may quote addresses and headers.
    private static func translate(_ error: any Error, _ request: Request) -> AWSError {
        func unreachable(_ reason: String, remedy: String) -> AWSError {
            AWSError(code: AWSError.unreachable, message: "\(request.name): \(reason)", remedy: remedy)
        }
        if let error = error as? HTTPClientError, [.invalidURL, .emptyHost, .emptyScheme].contains(error) {
            return AWSError(
                code: AWSError.invalidEndpoint,
                message: "\(request.name): the address cannot be called",
                remedy: "Check AWS_ENDPOINT_URL"
            )
        }
        let text = "\(type(of: error)) \(error)".lowercased()
        switch error {
        case _ where text.contains("refused"):
            return unreachable("nothing listens at the address", remedy: "Check AWS_ENDPOINT_URL and the network")
        case let error as NIOConnectionError:
            if error.connectionErrors.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil {
                return unreachable(
                    "the host's name is not known",
                    remedy: "Check AWS_REGION, AWS_ENDPOINT_URL and the network"
                )
            }
            return unreachable("no connection could be made", remedy: "Check AWS_ENDPOINT_URL and the network")
        case let error as HTTPClientError where [.connectTimeout, .getConnectionFromPoolTimeout].contains(error):
            return unreachable("no connection could be made in time", remedy: "Check the network and the region")
        case _ where text.contains("ssl") || text.contains("tls") || text.contains("certificate"):
            return unreachable(
                "no encrypted connection could be made",
                remedy: "Check AWS_ENDPOINT_URL, the server's certificate and this machine's clock"
            )
        default:
            return AWSError(
                code: AWSError.connectionLost,
                message: "\(request.name): the connection broke before the answer was there",
                remedy: "Check the network, and try again"
            )
        }
    }
}
