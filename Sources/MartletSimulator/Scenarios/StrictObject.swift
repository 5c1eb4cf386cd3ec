import MartletCore

/// The members of a part of a scenario; an unknown or a wrong one is an error that names its place.
struct StrictObject: Sendable {
    let place: String
    let members: JSONObject

    init(_ value: JSONValue, at place: String, known: [String]) throws(ScenarioError) {
        guard let members = value.object else { throw ScenarioError("\(place): expected members with names") }
        for name in members.names where !known.contains(name) {
            throw ScenarioError("\(place): unknown \"\(name)\"" + NearestName.suggestion(name, in: known))
        }
        self.place = place
        self.members = members
    }

    subscript(_ name: String) -> JSONValue? {
        guard let value = members[name], value != .null else { return nil }
        return value
    }

    private func wrong(_ name: String, _ kind: String) -> ScenarioError {
        ScenarioError("\(place): \"\(name)\" is \(kind)")
    }

    func text(_ name: String) throws(ScenarioError) -> String? {
        guard let value = self[name] else { return nil }
        switch value {
        case .string(let text): return text
        case .integer, .number, .bool: return value.text
        default: throw wrong(name, "a text")
        }
    }

    func integer(_ name: String) throws(ScenarioError) -> Int64? {
        guard let value = self[name] else { return nil }
        guard let number = value.integer else { throw wrong(name, "a whole number") }
        return number
    }

    func number(_ name: String) throws(ScenarioError) -> Double? {
        guard let value = self[name] else { return nil }
        guard let number = value.number else { throw wrong(name, "a number") }
        return number
    }

    func flag(_ name: String) throws(ScenarioError) -> Bool? {
        guard let value = self[name] else { return nil }
        guard let flag = value.bool else { throw wrong(name, "true or false") }
        return flag
    }

    func list(_ name: String) throws(ScenarioError) -> [JSONValue]? {
        guard let value = self[name] else { return nil }
        guard let list = value.array else { throw wrong(name, "a list") }
        return list
    }

    /// A list of texts, or one text for a list of one.
    func texts(_ name: String) throws(ScenarioError) -> [String]? {
        guard let value = self[name] else { return nil }
        if case .array(let list) = value {
            var texts: [String] = []
            for element in list {
                guard let text = element.string ?? element.integer.map({ "\($0)" }) else {
                    throw wrong(name, "a list of texts")
                }
                texts.append(text)
            }
            return texts
        }
        return try text(name).map { [$0] }
    }
}
