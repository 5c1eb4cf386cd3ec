import AsyncHTTPClient
import MartletSimulator
import NIOCore
import NIOHTTP1
import Testing

@Suite("The simulator's page")
struct SimulatorPageTests {
    @Test("is served with everything that it names, and nothing of it comes from elsewhere")
    func isWhole() async throws {
        try await SimulatorServer.withServer(TelegramSimulator()) { server in
            var waiting = ["/"]
            var read: Set<String> = []
            while let path = waiting.popLast() {
                guard read.insert(path).inserted else { continue }
                let (response, text) = try await get(server.baseURL + path)
                #expect(response.status == .ok, "\(path)")
                #expect(!text.isEmpty, "\(path)")
                #expect(!text.contains("https://") || path == "/assets/entities.js", "\(path)")
                for name in text.matches(of: /(?:src="|href="|from '|url\(")(\.?\/[a-z\/]+\.[a-z]+)/) {
                    let target = String(name.output.1)
                    waiting.append(target.hasPrefix("./") ? "/assets" + target.dropFirst() : target)
                }
            }
            #expect(read.count == 24)
        }
    }

    @Test(
        "is told as what it is",
        arguments: [
            ("/", "text/html; charset=utf-8"), ("/assets/app.js", "text/javascript; charset=utf-8"),
            ("/assets/frame.css", "text/css; charset=utf-8"), ("/assets/simulator.svg", "image/svg+xml"),
        ]
    )
    func types(path: String, type: String) async throws {
        try await SimulatorServer.withServer(TelegramSimulator()) { server in
            let (response, _) = try await get(server.baseURL + path)
            #expect(response.headers.first(name: "Content-Type") == type)
            let policy = response.headers.first(name: "Content-Security-Policy") ?? ""
            #expect(policy.contains("'self'") && !policy.contains("unsafe"))
        }
    }

    @Test("has no script or style inside, so that a strict policy can hold")
    func hasNothingInline() async throws {
        try await SimulatorServer.withServer(TelegramSimulator()) { server in
            let (_, text) = try await get(server.baseURL + "/")
            #expect(text.firstMatch(of: /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=/) == nil)
        }
    }

    @Test("ends where its files end", arguments: ["/assets/", "/assets/none.js", "/app.js", "/../Package.swift"])
    func knowsNoMore(path: String) async throws {
        try await SimulatorServer.withServer(TelegramSimulator()) { server in
            let (response, _) = try await get(server.baseURL + path)
            #expect(response.status == .notFound)
        }
    }

    private func get(_ address: String) async throws -> (HTTPClientResponse, String) {
        let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: address), timeout: .seconds(30))
        return (response, String(buffer: try await response.body.collect(upTo: 1 << 20)))
    }
}
