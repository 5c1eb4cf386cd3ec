import HTTPTypes
import HummingbirdTesting
import MartletCore
import MartletHTTP
import NIOCore
import Testing

@Suite("Pages")
struct PageTests {
    @Test(
        "come from the program, with their type, to everybody",
        arguments: [
            ("/docs", "text/html; charset=utf-8"), ("/docs/docs.css", "text/css; charset=utf-8"),
            ("/docs/docs.js", "text/javascript; charset=utf-8"), ("/favicon.svg", "image/svg+xml"),
            ("/openapi.json", "application/json"),
        ]
    )
    func types(path: String, type: String) async throws {
        var bench = ServerBench()
        bench.keys = KeyRing(AccessKeys())
        bench.isReady = false
        try await bench.withClient { client in
            let first = try await client.execute(uri: path, method: .get)
            #expect(first.status == .ok)
            #expect(first.headers[.contentType] == type)
            #expect(first.headers[HTTPField.Name("x-content-type-options")!] == "nosniff")
            #expect(first.body.readableBytes > 100)
            let tag = try #require(first.headers[.eTag])
            for known in [tag, "\"x\", W/\(tag)", "*"] {
                let second = try await client.execute(uri: path, method: .get, headers: [.ifNoneMatch: known])
                #expect(second.status == .notModified, "\(known)")
                #expect(second.body.readableBytes == 0)
            }
            let other = try await client.execute(uri: path, method: .get, headers: [.ifNoneMatch: "\"x\""])
            #expect(other.status == .ok)
        }
    }

    @Test("let in scripts of this server only, and name nothing outside it")
    func policy() async throws {
        try await ServerBench().withClient { client in
            let page = try await client.execute(uri: "/docs", method: .get)
            let policy = page.headers[.contentSecurityPolicy] ?? ""
            #expect(policy.contains("default-src 'none'"))
            #expect(policy.contains("script-src 'self';"))
            #expect(!policy.contains("unsafe"))
            for path in ["/docs", "/docs/docs.css", "/docs/docs.js"] {
                let text = String(buffer: try await client.execute(uri: path, method: .get).body)
                #expect(!text.contains("https://"), "\(path) works offline")
                #expect(!text.contains("innerHTML"))
            }
        }
    }

    @Test("have the program's version in the description")
    func version() async throws {
        var bench = ServerBench()
        bench.configuration.version = "9.8.7"
        try await bench.withClient { client in
            let response = try await client.execute(uri: "/openapi.json", method: .get)
            let description = try JSONValue(parsing: Array(response.body.readableBytesView))
            #expect(description["openapi"] == "3.1.0")
            #expect(description["info"]?["version"] == "9.8.7")
        }
    }
}
