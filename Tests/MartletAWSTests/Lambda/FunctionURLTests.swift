import AsyncHTTPClient
import Foundation
import MartletAWS
import MartletCore
import NIOCore
import NIOHTTP1
import Testing

@Suite("Function URLs of the emulator", .timeLimit(.minutes(1)))
struct FunctionURLTests {
    /// Responds to an HTTP request, as its format wants it.
    private static func respond(
        _ invocation: LambdaInvocation,
        _ responder: LambdaResponder,
        _ make: (LambdaHTTPRequest) -> LambdaHTTPResponse
    ) async throws {
        guard case .http(let request) = try LambdaEvent(payload: invocation.payload) else {
            throw LambdaFault(type: "Test.NoRequest", message: "This is no request.")
        }
        try await responder.respond(make(request), as: request.format)
    }

    @Test("turns requests into events and responses into HTTP, whatever the bytes")
    func roundTrip() async throws {
        let seen = Shared<[LambdaHTTPRequest]>([])
        try await EmulatorBench.run { invocation, responder in
            try await Self.respond(invocation, responder) { request in
                seen.withLock { $0.append(request) }
                return LambdaHTTPResponse(
                    status: 201,
                    headers: [LambdaHeaderField("X-A", "1"), LambdaHeaderField("X-A", "2")],
                    cookies: ["a=1; Path=/", "b=2"],
                    body: request.body
                )
            }
        } _: { bench in
            let bodies: [[UInt8]] = [[], Array("text ü".utf8), [0, 255, 1, 254], Array(0...255)]
            for body in bodies {
                let response = try await bench.send(
                    "PUT",
                    "/a%20b/c?x=1&y=%C3%BC",
                    [("Content-Type", "text/plain"), ("X-Two", "1"), ("X-Two", "2"), ("Cookie", "k=v; l=w")],
                    body
                )
                #expect(response.status == 201)
                #expect(response.body == body)
                let cookies = response.headers.filter { $0.name == "set-cookie" }.map(\.value)
                #expect(cookies == ["a=1; Path=/", "b=2"])
                #expect(response.headers.first { $0.name == "x-a" }?.value == "1, 2")
            }
            let request = try #require(seen.withLock { $0.last })
            #expect(request.method == "PUT")
            #expect(request.target == "/a%20b/c?x=1&y=%C3%BC")
            #expect(request.header("x-two") == "1,2")
            #expect(request.cookies == ["k=v", "l=w"])
            #expect(request.header("x-forwarded-proto") == "https")
            #expect(request.format == .functionURL)
            #expect(seen.withLock { $0.map(\.body) } == bodies)
        }
    }

    @Test("takes JSON without a status code for a whole body, and errors for a bad gateway")
    func otherResponses() async throws {
        try await EmulatorBench.run { invocation, responder in
            guard case .http(let request) = try LambdaEvent(payload: invocation.payload) else { return }
            switch request.path {
            case "/json": try await responder.respond(Array(#"{"a":1}"#.utf8))
            case "/status": try await responder.respond(Array(#"{"statusCode":9}"#.utf8))
            case "/base64":
                try await responder.respond(Array(#"{"statusCode":200,"isBase64Encoded":true,"body":"%"}"#.utf8))
            case "/nothing": return
            default: throw LambdaFault(type: "Test.Broken", message: "secret")
            }
        } _: { bench in
            let json = try await bench.send("GET", "/json")
            #expect(json.status == 200)
            #expect(json.body == Array(#"{"a":1}"#.utf8))
            for path in ["/status", "/base64", "/nothing", "/broken"] {
                let response = try await bench.send("GET", path)
                #expect(response.status == 502)
                #expect(response.body == Array(#"{"Message":"Internal Server Error"}"#.utf8))
            }
        }
    }

    // MARK: Streams

    private static var streamed: LambdaRuntime.Settings {
        var settings = LambdaRuntime.Settings()
        settings.streamMode = .streamed
        return settings
    }

    @Test("streams pieces to the caller as they are written")
    func stream() async throws {
        let isRead = Shared(false)
        try await EmulatorBench.run(settings: Self.streamed) { _, responder in
            let head = LambdaHTTPResponse.Head(
                status: 202,
                headers: [LambdaHeaderField("Content-Type", "text/event-stream")],
                cookies: ["a=1"]
            )
            let stream = try await responder.stream(head)
            #expect(responder.hasResponded)
            try await stream.write(Array("one ".utf8))
            // The second piece waits for the first to be read: nothing on the way may hold it back.
            while !isRead.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(2)) }
            try await stream.write(Array("two".utf8))
            try await stream.finish()
            let late = await #expect(throws: LambdaError.self) { try await stream.write([1]) }
            #expect(late?.code == .alreadyResponded)
        } _: { bench in
            let response = try await bench.open("GET", "/stream")
            #expect(response.status.code == 202)
            #expect(response.headers.first { $0.name.lowercased() == "content-type" }?.value == "text/event-stream")
            #expect(response.headers.first { $0.name.lowercased() == "set-cookie" }?.value == "a=1")
            var text = ""
            for try await piece in response.body {
                text += String(buffer: piece)
                isRead.withLock { $0 = true }
            }
            #expect(text == "one two")
        }
    }

    @Test("collects a stream where the front door doesn't stream")
    func buffered() async throws {
        try await EmulatorBench.run { invocation, responder in
            let stream = try await responder.stream(
                LambdaHTTPResponse.Head(status: 203, headers: [LambdaHeaderField("X-A", "1")])
            )
            try await stream.write(Array("one ".utf8))
            try await stream.write([0xFF])
            let large = [UInt8](repeating: 0, count: LambdaResponder.maximumByteCount)
            let error = await #expect(throws: LambdaError.self) { try await stream.write(large) }
            #expect(error?.code == .responseTooLarge)
            try await stream.finish()
        } _: { bench in
            let response = try await bench.send("GET", "/")
            #expect(response.status == 203)
            #expect(response.body == Array("one ".utf8) + [0xFF])
        }
    }

    @Test("lets the caller see that a stream broke off", arguments: [0, 1, 2, 3])
    func brokenStream(way: Int) async throws {
        var settings = Self.streamed
        settings.deadlineMargin = .milliseconds(500)
        try await EmulatorBench.run(timeout: .seconds(1), settings: settings) { _, responder in
            let stream = try await responder.stream(LambdaHTTPResponse.Head(status: 200))
            try await stream.write(Array("half".utf8))
            switch way {
            case 0: try await stream.fail(type: "Test.Broken", message: "It broke.")
            case 1: throw LambdaFault(type: "Test.Broken", message: "It broke.")
            case 2: return
            default: try await Task.sleep(for: .seconds(20))
            }
        } _: { bench in
            let response = try await bench.open("GET", "/")
            #expect(response.status.code == 200)
            await #expect(throws: (any Error).self) { _ = try await response.body.collect(upTo: 100) }
            // The runtime is none the worse for it.
            let second = try await bench.open("GET", "/")
            #expect(second.status.code == 200)
        }
    }

    @Test("streams bytes to a direct caller")
    func bytes() async throws {
        try await EmulatorBench.run(settings: Self.streamed) { _, responder in
            let stream = try await responder.streamBytes(contentType: "text/plain")
            for number in 0..<200 { try await stream.write(Array("\(number) ".utf8)) }
            try await stream.finish()
        } _: { bench in
            let response = try await bench.send()
            #expect(response.headers.first { $0.name == "content-type" }?.value == "text/plain")
            let expected = (0..<200).map { "\($0) " }.joined()
            #expect(String(decoding: response.body, as: UTF8.self) == expected)
        }
    }

    @Test("gives each front door the JSON that it understands")
    func formats() throws {
        let response = LambdaHTTPResponse(
            status: 429,
            headers: [LambdaHeaderField("Retry-After", "3"), LambdaHeaderField("Set-Cookie", "a=1")],
            cookies: ["b=2"],
            body: Array("slow".utf8)
        )
        #expect(response.head.cookies == ["b=2", "a=1"])
        func json(_ format: LambdaHTTPFormat) throws -> JSONValue {
            try JSONValue(parsing: response.payload(for: format))
        }
        let url = try json(.functionURL)
        #expect(url["statusCode"] == 429)
        #expect(url["cookies"] == ["b=2", "a=1"])
        #expect(url["headers"] == ["retry-after": "3"])
        #expect(url["body"] == "slow" && url["isBase64Encoded"] == false)
        #expect(try json(.apiV2) == url)
        let v1 = try json(.apiV1)
        #expect(v1["multiValueHeaders"] == ["retry-after": ["3"], "set-cookie": ["b=2", "a=1"]])
        #expect(v1["cookies"] == nil && v1["statusDescription"] == nil)
        #expect(try json(.alb)["statusDescription"] == "429 Too Many Requests")
        #expect(try json(.alb)["headers"] == ["retry-after": "3", "set-cookie": "a=1"])
        #expect(try json(.albMultiValue)["multiValueHeaders"]?["set-cookie"] == ["b=2", "a=1"])
        let zipped = LambdaHTTPResponse(
            status: 200,
            headers: [LambdaHeaderField("content-encoding", "gzip")],
            body: Array("plain".utf8)
        )
        #expect(try JSONValue(parsing: zipped.payload(for: .functionURL))["isBase64Encoded"] == true)
    }
}
