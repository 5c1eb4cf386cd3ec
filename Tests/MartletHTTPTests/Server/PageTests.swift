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
            ("/", "text/html; charset=utf-8"), ("/docs", "text/html; charset=utf-8"),
            ("/assets/chat.css", "text/css; charset=utf-8"), ("/assets/docs.css", "text/css; charset=utf-8"),
            ("/assets/chat.js", "text/javascript; charset=utf-8"),
            ("/assets/docs.js", "text/javascript; charset=utf-8"), ("/assets/martlet.svg", "image/svg+xml"),
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

    @Test("let in scripts of this server only, and find here whatever they name", arguments: ["/", "/docs"])
    func policy(path: String) async throws {
        try await ServerBench().withClient { client in
            let page = try await client.execute(uri: path, method: .get)
            let policy = page.headers[.contentSecurityPolicy] ?? ""
            #expect(policy.contains("default-src 'none'"))
            #expect(policy.contains("script-src 'self';"))
            #expect(!policy.contains("unsafe"))
            let text = String(buffer: page.body)
            #expect(!text.contains("style=\""), "the policy lets no styles of elements in")
            let named = Set(text.matches(of: /(?:src|href)="(\/[^"]*)"/).map { String($0.1) })
            #expect(named.count > 2)
            for address in named {
                #expect(try await client.execute(uri: address, method: .get).status == .ok, "\(address)")
            }
        }
    }

    @Test("import only scripts that are here")
    func imports() async throws {
        try await ServerBench().withClient { client in
            for name in ["api", "chat", "docs", "markdown", "messages", "storage", "texts"] {
                let response = try await client.execute(uri: "/assets/\(name).js", method: .get)
                #expect(response.status == .ok)
                for match in String(buffer: response.body).matches(of: /from "\.(\/[^"]*)"/) {
                    let address = "/assets" + match.1
                    #expect(try await client.execute(uri: address, method: .get).status == .ok, "\(address)")
                }
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
