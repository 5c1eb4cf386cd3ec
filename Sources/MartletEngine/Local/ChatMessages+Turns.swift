internal import MartletCore

extension [ChatMessage] {
    /// Where each turn begins: at a user's message, or at the first message that is no system message.
    private var turnStarts: [Int] {
        var starts: [Int] = []
        for (index, message) in enumerated() where message.role != .system {
            if message.role == .user || starts.isEmpty { starts.append(index) }
        }
        return starts
    }

    /// How many turns there are: a user's message and everything up to the next one.
    var turnCount: Int { turnStarts.count }

    /// The messages without the oldest turns, system messages kept wherever they are.
    func droppingTurns(_ count: Int) -> [ChatMessage] {
        let starts = turnStarts
        guard count > 0, count < starts.count else { return self }
        let first = starts[count]
        return enumerated().filter { $0.offset >= first || $0.element.role == .system }.map(\.element)
    }

    /// The messages with all system messages put at the beginning of the first user message.
    var mergingSystemIntoUser: [ChatMessage] {
        let instructions = filter { $0.role == .system }.map(\.content).joined(separator: "\n\n")
        var rest = filter { $0.role != .system }
        guard !instructions.isEmpty else { return rest }
        if let first = rest.firstIndex(where: { $0.role == .user }) {
            rest[first].content = instructions + "\n\n" + rest[first].content
        } else {
            rest.insert(.user(instructions), at: 0)
        }
        return rest
    }

    /// The messages with neighbours of one role put together, beginning with a user's after the system's.
    var alternating: [ChatMessage] {
        var result: [ChatMessage] = []
        for message in self {
            if let last = result.last, last.role == message.role {
                result[result.count - 1].content += "\n\n" + message.content
            } else if message.role == .assistant, result.allSatisfy({ $0.role == .system }) {
                continue
            } else {
                result.append(message)
            }
        }
        return result
    }
}
