import Foundation
import MartletAWS
import MartletCore
import Testing
import Yams

@Suite("The table in templates")
struct DynamoDBTemplateTests {
    private let resource = DynamoDBTableDefinition(name: "x").template(logicalName: "Table")["Table"]

    @Test("is billed on demand, kept with its stack gone, and has one local index")
    func template() {
        let properties = resource?["Properties"]
        #expect(resource?["Type"]?.string == "AWS::DynamoDB::Table")
        #expect(resource?["DeletionPolicy"]?.string == "Retain")
        #expect(properties?["BillingMode"]?.string == "PAY_PER_REQUEST")
        #expect(properties?["TimeToLiveSpecification"]?["AttributeName"]?.string == "expires")
        #expect(properties?["LocalSecondaryIndexes"]?.array?.count == 1)
        #expect(properties?["GlobalSecondaryIndexes"] == nil)
    }

    /// The templates of the repository; none where there are none yet.
    private static let templates: [URL] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appending(path: "deploy")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return (files + [root.appending(path: "template.yaml")])
            .filter { $0.pathExtension == "yaml" && FileManager.default.fileExists(atPath: $0.path) }
    }()

    @Test("stands in the repository's templates as martlet aws setup makes it", arguments: templates)
    func comparison(file: URL) throws {
        let parsed = try Yams.load(yaml: String(contentsOf: file, encoding: .utf8))
        guard let resources = Self.json(parsed)["Resources"]?.object else { return }
        for (name, value) in resources where value["Type"]?.string == "AWS::DynamoDB::Table" {
            var properties = try #require(value["Properties"]?.object)
            properties["TableName"] = nil
            #expect(.object(properties) == resource?["Properties"], "\(name) in \(file.lastPathComponent)")
            for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
                #expect(value[policy] == resource?[policy], "\(name) in \(file.lastPathComponent)")
            }
        }
    }

    private static func json(_ value: Any?) -> JSONValue {
        switch value {
        case let members as [AnyHashable: Any]:
            .object(JSONObject(members.map { ("\($0.key)", json($0.value)) }))
        case let elements as [Any]: .array(elements.map { json($0) })
        case let flag as Bool: .bool(flag)
        case let number as Int: .integer(Int64(number))
        case let text as String: .string(text)
        case let number as Double: .number(number)
        default: .null
        }
    }
}
