import MartletCore
import Yams

/// YAML as JSON, for files whose members are then read strictly.
enum YAMLReader {
    /// - Throws: ``ScenarioError`` with the line for what is not YAML.
    static func read(_ text: String) throws(ScenarioError) -> JSONValue {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw ScenarioError("not YAML: \(error)")
        }
        guard let node else { throw ScenarioError("the file is empty") }
        return try value(node, depth: 0)
    }

    private static func value(_ node: Node, depth: Int) throws(ScenarioError) -> JSONValue {
        guard depth < 64 else { throw ScenarioError("nested too deeply") }
        switch node {
        case .scalar(let scalar):
            guard scalar.style == .any || scalar.style == .plain else { return .string(scalar.string) }
            if node.null != nil { return .null }
            if let flag = node.bool { return .bool(flag) }
            if let number = node.int { return .integer(Int64(number)) }
            if let number = node.float { return .number(number) }
            return .string(scalar.string)
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            for element in sequence { elements.append(try value(element, depth: depth + 1)) }
            return .array(elements)
        case .mapping(let mapping):
            var members: JSONObject = [:]
            for (key, element) in mapping {
                guard let name = key.string else { throw ScenarioError("a key is not a text") }
                guard members[name] == nil else { throw ScenarioError("\"\(name)\" stands twice in one place") }
                members[name] = try value(element, depth: depth + 1)
            }
            return .object(members)
        case .alias: throw ScenarioError("aliases are not read")
        }
    }
}
