import Foundation
import MartletCore
import MartletPrompt

/// What Python's Jinja2 made of a list of templates (`scripts/fixtures/templates.py`).
struct TemplateFixture: Decodable {
    struct Case: Decodable {
        let template: String
        let messages: [Message]
        let addsGenerationPrompt: Bool
        /// The rendered text; nil where Jinja2 raises an error.
        let expected: String?
    }

    struct Message: Decodable {
        let role: Role
        let content: String
    }

    let unixTime: Int
    let variables: FixtureValue
    let cases: [Case]

    static func load() throws -> TemplateFixture {
        let override = ProcessInfo.processInfo.environment["MARTLET_TEMPLATE_FIXTURE"].map { URL(filePath: $0) }
        let bundled = Bundle.module.url(forResource: "templates", withExtension: "json", subdirectory: "Fixtures")
        guard let url = override ?? bundled else { throw CocoaError(.fileNoSuchFile) }
        return try JSONDecoder().decode(TemplateFixture.self, from: Data(contentsOf: url))
    }

    func render(_ item: Case) throws -> [PromptSegment] {
        var variables: [String: TemplateValue] = [:]
        if case .object(let members) = self.variables.value {
            for member in members { variables[member.key] = member.value }
        }
        let messages = item.messages.map { ChatMessage(role: $0.role, content: $0.content) }
        return try ChatTemplate(item.template).render(
            messages,
            addingGenerationPrompt: item.addsGenerationPrompt,
            variables: variables,
            unixTime: unixTime
        )
    }
}

/// A variable of the fixture: objects are lists of pairs under the key `object`.
struct FixtureValue: Decodable {
    let value: TemplateValue

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            let pairs = try object.decode([Pair].self, forKey: .object)
            value = .object(pairs.map { ($0.key, $0.value) })
            return
        }
        if let list = try? decoder.singleValueContainer().decode([FixtureValue].self) {
            value = .list(list.map(\.value))
            return
        }
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            value = .null
        } else if let flag = try? single.decode(Bool.self) {
            value = .bool(flag)
        } else if let number = try? single.decode(Int.self) {
            value = .int(number)
        } else if let number = try? single.decode(Double.self) {
            value = .double(number)
        } else {
            value = .string(try single.decode(String.self))
        }
    }

    private enum Key: CodingKey { case object }

    private struct Pair: Decodable {
        let key: String
        let value: TemplateValue

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            key = try list.decode(String.self)
            value = try list.decode(FixtureValue.self).value
        }
    }
}
