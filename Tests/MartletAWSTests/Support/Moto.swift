import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
import Testing

/// The server that behaves as AWS does, where `scripts/moto` runs one.
enum Moto {
    static let url = ProcessInfo.processInfo.environment["MARTLET_MOTO_URL"].flatMap { $0.isEmpty ? nil : $0 }
    static let region = "eu-west-1"
    static let credentials = FixedCredentials(AWSCredentials(accessKeyID: "AKIDMOTO", secretAccessKey: "moto-secret"))

    /// A name that no other test has.
    static func name(_ purpose: String) -> String {
        "\(purpose)-\(UInt64.random(in: 0..<UInt64.max))"
    }

    /// Runs `body` with a client of the server.
    static func with(_ body: (AWSClient) async throws -> Void) async throws {
        try await withHTTPClient { http in
            try await body(
                AWSClient(region: region, credentials: credentials, httpClient: http, endpoint: url, logger: .quiet)
            )
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs where `scripts/moto` runs a server.
    static var besideMoto: Self { .enabled(if: Moto.url != nil, "MARTLET_MOTO_URL is not set: scripts/moto sets it") }
}

extension Logger {
    static var quiet: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}

/// Runs `body` with an HTTP client, and closes its connections afterwards.
func withHTTPClient<Result>(_ body: (HTTPClient) async throws -> Result) async throws -> Result {
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: AWSClient.clientConfiguration)
    let result: Result
    do {
        result = try await body(client)
    } catch {
        try? await client.shutdown()
        throw error
    }
    try await client.shutdown()
    return result
}

/// A folder that goes when `body` ends.
func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: Moto.name("martlet-aws"))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}
