import Foundation
import MartletAWS
import MartletCore
import Testing

private let publishedEventsFolder = ProcessInfo.processInfo.environment["MARTLET_LAMBDA_EVENTS"]

/// The samples that AWS publishes, where they lie on this machine: the folder `events/testdata` of the repository
/// aws/aws-lambda-go.
@Suite(
    "Events of Lambda, as AWS publishes them",
    .enabled(if: publishedEventsFolder != nil, "MARTLET_LAMBDA_EVENTS names the samples' folder")
)
struct PublishedEventTests {
    static let names: [String] = {
        guard let folder = publishedEventsFolder,
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
        else { return [] }
        return names.filter { $0.hasSuffix(".json") }.sorted()
    }()

    @Test("are there")
    func areThere() {
        #expect(Self.names.count >= 80)
    }

    @Test("are read, or refused by their service's name", arguments: names)
    func reads(name: String) throws {
        let folder = try #require(publishedEventsFolder)
        let payload = Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
        let kind: String
        do {
            switch try LambdaEvent(payload: payload) {
            case .http(let request): kind = request.format.rawValue
            case .queue: kind = "queue"
            case .schedule: kind = "schedule"
            case .direct: kind = "direct"
            }
        } catch {
            if case .unsupported = error.code { kind = "foreign" } else { kind = "malformed" }
        }
        #expect(kind == Self.expected(name), "\(name)")
    }

    /// What a sample is, by its name.
    private static func expected(_ name: String) -> String {
        switch name {
        case "lambda-urls-request.json": "functionURL"
        case "apigw-request.json", "apigw-restapi-openapi-request.json": "apiV1"
        case "alb-lambda-target-request-headers-only.json": "alb"
        case "alb-lambda-target-request-multivalue-headers.json": "albMultiValue"
        case "sqs-event.json": "queue"
        case "dynamodb-event-malformed.2.json": "malformed"
        // Not events: what functions respond, and what an event holds.
        case _ where name.hasSuffix("-response.json") || name.hasPrefix("appsync-identity"): "direct"
        case _ where name.hasPrefix("apigw-v2-request"): "apiV2"
        default: "foreign"
        }
    }
}
