import AsyncHTTPClient
import MartletCore
import NIOCore
import NIOHTTP1

/// A request to any address on this machine.
struct URLRequestLine {
    var method: String
    var url: String
    var headers: [(String, String)] = []
    var body: [UInt8] = []

    func send() async throws -> (status: Int, headers: [String: String], body: [UInt8]) {
        var request = HTTPClientRequest(url: url)
        request.method = .RAW(value: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if !body.isEmpty { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let bytes = try await response.body.collect(upTo: 16 << 20)
        let fields = response.headers.map { ($0.name.lowercased(), $0.value) }
        return (
            Int(response.status.code), Dictionary(fields) { first, _ in first }, Array(bytes.readableBytesView)
        )
    }

    func status() async throws -> Int { try await send().status }
}
