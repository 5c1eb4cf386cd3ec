import MartletCore
import MartletSimulator

/// Where a person at the terminal plays everybody who talks to the bot.
struct SimulatorDesk {
    let simulator: TelegramSimulator
    private var user = SimulatedUser(id: 1, name: "You", languageCode: "en")
    private var people: [String: SimulatedUser] = [:]
    private var isInGroup = false
    private var saidCount = 0
    private static let group: Int64 = -1000

    init(simulator: TelegramSimulator) {
        self.simulator = simulator
    }

    /// Does what a line says; false ends the simulation.
    mutating func handle(_ line: String) -> Bool {
        let words = line.split(separator: " ").map { String($0) }
        switch words.first {
        case ":quit": return false
        case ":user" where words.count >= 2:
            let known = people[words[1]]
            user = known ?? SimulatedUser(id: Int64(people.count + 2), name: words[1], languageCode: "en")
            if words.count >= 3 { user.languageCode = words[2] }
            people[words[1]] = user
        case ":group": isInGroup = true
        case ":private": isInGroup = false
        case ":block": simulator.block(chat: user.id)
        case ":fail" where words.count >= 3:
            let status = Int(words[2]) ?? 500
            let fault = status == 429 ? SimulatedFault.tooManyRequests(retryAfter: 5) : .status(status)
            simulator.fail(words[1], with: fault, count: words.count >= 4 ? Int(words[3]) ?? 1 : 1)
        case .some(let word) where word.hasPrefix(":"):
            SimulatorScreen.write(
                "Unknown: \(word). Try :user NAME, :group, :private, :fail METHOD STATUS, :block, :quit.\n"
            )
        case nil: break
        default:
            saidCount += 1
            simulator.say(
                line,
                from: user,
                group: isInGroup ? Self.group : nil,
                extra: isInGroup ? mention(in: line) : [:]
            )
        }
        return true
    }

    /// Waits until the bot has taken everything and then shown nothing new for a while.
    func waitUntilAnswered() async throws {
        guard saidCount > 0 else { return }
        var quiet = 0
        var callCount = -1
        while quiet < 20 {
            try await Task.sleep(for: .milliseconds(100))
            let count = simulator.calls.count { $0.method != "getUpdates" }
            quiet = count == callCount && simulator.unconfirmedCount == 0 ? quiet + 1 : 0
            callCount = count
        }
    }

    /// The entity that marks the bot's name, as a messenger would add it.
    private func mention(in text: String) -> JSONObject {
        guard let range = text.firstRange(of: "@" + simulator.username) else { return [:] }
        let offset = text.utf16.distance(from: text.startIndex, to: range.lowerBound)
        let length = text.utf16.distance(from: range.lowerBound, to: range.upperBound)
        return [
            "entities": [["type": "mention", "offset": .integer(Int64(offset)), "length": .integer(Int64(length))]]
        ]
    }
}
