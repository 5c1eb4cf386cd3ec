import MartletCore

extension Scenario {
    /// Reads a scenario from YAML.
    /// - Throws: ``ScenarioError`` that names the place and, for an unknown name, the nearest known one.
    public init(yaml: String) throws(ScenarioError) {
        let object = try StrictObject(
            try YAMLReader.read(yaml),
            at: "scenario",
            known: ["name", "rules", "clock", "users", "groups", "acts", "model", "bot", "steps"]
        )
        guard let name = try object.text("name") else { throw ScenarioError("scenario: it needs a \"name\"") }
        self.name = name
        rules = try Self.rules(object["rules"])
        let clock = try object.text("clock") ?? "real"
        guard ["real", "manual"].contains(clock) else { throw ScenarioError("scenario: \"clock\" is real or manual") }
        hasManualClock = clock == "manual"
        opening = []
        var first: Int64?
        for user in try object.list("users") ?? [["id": 11, "name": "Ada"]] {
            first = first ?? user["id"]?.integer
            opening.append(try Self.act("addUser", user, at: "users"))
        }
        guard let first else { throw ScenarioError("users: the first one needs an \"id\"") }
        standardChat = first
        for group in try object.list("groups") ?? [] { opening.append(try Self.act("addGroup", group, at: "groups")) }
        for (index, act) in (try object.list("acts") ?? []).enumerated() {
            guard case .act(let act) = try Self.step(act, at: "acts[\(index)]", chat: first) else {
                throw ScenarioError("acts[\(index)]: only what people do can stand here")
            }
            opening.append(act)
        }
        model = try Self.lines(object["model"] ?? [], at: "model")
        let bot = try StrictObject(object["bot"] ?? [:], at: "bot", known: ["arguments", "environment", "files"])
        botArguments = try bot.texts("arguments") ?? []
        botEnvironment = [:]
        for (name, value) in bot["environment"]?.object ?? [:] { botEnvironment[name] = value.string ?? value.text }
        botFiles = [:]
        for (path, value) in bot["files"]?.object ?? [:] {
            guard let text = value.string, !path.split(separator: "/").contains("..") else {
                throw ScenarioError("bot.files: \"\(path)\" has to be a text in the bot's own folder")
            }
            botFiles[path] = text
        }
        guard let list = try object.list("steps") else { throw ScenarioError("scenario: it needs \"steps\"") }
        steps = try Self.steps(list, at: "steps", chat: first)
    }

    private static func rules(_ value: JSONValue?) throws(ScenarioError) -> SimulatorRules {
        let object = try StrictObject(value ?? [:], at: "rules", known: ["rates", "privacy_mode"])
        return SimulatorRules(
            limitsRates: try object.flag("rates") ?? true,
            hasPrivacyMode: try object.flag("privacy_mode") ?? true
        )
    }

    private static func steps(_ list: [JSONValue], at place: String, chat: Int64) throws(ScenarioError) -> [Step] {
        var steps: [Step] = []
        for (index, value) in list.enumerated() { steps.append(try step(value, at: "\(place)[\(index)]", chat: chat)) }
        return steps
    }

    private static let words = ["wait", "expect", "start", "stop", "kill", "model", "repeat"]

    private static func step(_ value: JSONValue, at place: String, chat: Int64) throws(ScenarioError) -> Step {
        // A step without anything more to say may be a bare word.
        let members = value.string.map { JSONObject([($0, .object([:]))]) } ?? value.object
        guard let members, members.count == 1, let (name, content) = members.first else {
            throw ScenarioError("\(place): a step is one name with what belongs to it")
        }
        switch name {
        case "wait":
            guard let seconds = content.number, seconds >= 0 else {
                throw ScenarioError("\(place): \"wait\" is a number of seconds")
            }
            return .wait(.seconds(seconds))
        case "expect": return .expect(try Expectation(content, at: "\(place).expect", standardChat: chat))
        case "start": return .start
        case "stop": return .stop
        case "kill": return .kill
        case "model": return .model(try lines(content, at: "\(place).model"))
        case "repeat":
            let object = try StrictObject(content, at: "\(place).repeat", known: ["times", "steps"])
            guard let times = try object.integer("times"), (1...100_000).contains(times) else {
                throw ScenarioError("\(place).repeat: \"times\" is 1 to 100000")
            }
            return .repeat(
                Int(times),
                try steps(try object.list("steps") ?? [], at: "\(place).repeat.steps", chat: chat)
            )
        default:
            guard ActReader.known[name] != nil else {
                let known = words + ActReader.known.keys
                throw ScenarioError("\(place): unknown step \"\(name)\"" + NearestName.suggestion(name, in: known))
            }
            var content = content
            if name == "say" || name == "paste", let text = content.string { content = ["text": .string(text)] }
            if ActReader.known[name]?.contains("from") == true, content["from"] == nil, var object = content.object {
                object["from"] = .integer(chat)
                content = .object(object)
            }
            return .act(try act(name, content, at: place))
        }
    }

    /// An act whose members are known; whether they make sense shows when it is played.
    private static func act(_ name: String, _ value: JSONValue, at place: String) throws(ScenarioError) -> JSONObject {
        guard let members = value.object else { throw ScenarioError("\(place): \"\(name)\" has members with names") }
        let object = (["act": .string(name)] as JSONObject).merging(members)
        do throws(SimulatorActError) {
            _ = try ActReader(object)
        } catch {
            throw ScenarioError("\(place): \(error.description)")
        }
        return object
    }

    /// What the model says.
    static func lines(_ value: JSONValue, at place: String) throws(ScenarioError) -> [ModelLine] {
        var lines: [ModelLine] = []
        for (index, value) in (value.array ?? [value]).enumerated() {
            let place = "\(place)[\(index)]"
            let object = try StrictObject(
                value,
                at: place,
                known: [
                    "when", "say", "pieces", "think", "delay", "first_delay", "fail", "hang", "times", "repeat", "echo",
                ]
            )
            var steps: [ModelLine.Step] = []
            if let delay = try object.number("first_delay") { steps.append(.pause(.seconds(delay))) }
            if let thought = try object.text("think") { steps.append(.think(thought)) }
            var pieces = try object.texts("pieces") ?? []
            if let text = try object.text("say") { pieces.append(text) }
            let count = try object.integer("repeat") ?? 1
            guard (1...100_000).contains(count) else { throw ScenarioError("\(place): \"repeat\" is 1 to 100000") }
            let delay = try object.number("delay")
            for round in 1...Int(count) {
                for piece in pieces {
                    steps.append(.say(piece.replacing("{n}", with: "\(round)")))
                    if let delay { steps.append(.pause(.seconds(delay))) }
                }
            }
            if try object.flag("echo") == true { steps.append(.echo(pause: .seconds(delay ?? 0))) }
            if try object.flag("hang") == true { steps.append(.hang) }
            if let status = try object.integer("fail") { steps.append(.fail(Int(clamping: status))) }
            guard !steps.isEmpty else {
                throw ScenarioError("\(place): the model says nothing; give \"say\" or \"pieces\"")
            }
            lines.append(
                ModelLine(
                    when: try object.text("when"),
                    steps: steps,
                    times: try object.integer("times").map { Int(clamping: $0) }
                )
            )
        }
        return lines
    }
}
