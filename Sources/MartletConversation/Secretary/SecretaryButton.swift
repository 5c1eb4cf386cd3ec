/// What a button of the secretary does, as it fits into a button.
enum SecretaryButton: Sendable, Hashable {
    /// A button under a draft.
    case draft(DraftButton, LaneID, Int)
    /// Chooses the default.
    case standard(SecretaryMode)
    /// Shows a page of the list.
    case page(Int)
    /// Shows a contact.
    case contact(LaneID)
    /// Chooses a contact's mode; nil follows the default.
    case mode(LaneID, SecretaryMode?)
    /// Pauses a contact, or ends the pause.
    case pause(LaneID, Bool)
    /// Turns everything off.
    case off
    /// Shows what was sent.
    case log

    private static let prefix = "sy:"

    /// The value, at most 24 bytes.
    var value: String {
        func short(_ number: Int64) -> String { String(number, radix: 36) }
        let parts: [String] =
            switch self {
            case .draft(let button, let lane, let number):
                ["d", String(button.rawValue.prefix(1)), short(lane.rawValue), short(Int64(number))]
            case .standard(let mode): ["g", mode.letter]
            case .page(let page): ["p", short(Int64(page))]
            case .contact(let lane): ["c", short(lane.rawValue)]
            case .mode(let lane, let mode): ["m", short(lane.rawValue), mode?.letter ?? "-"]
            case .pause(let lane, let isPaused): ["z", short(lane.rawValue), isPaused ? "1" : "0"]
            case .off: ["off"]
            case .log: ["log"]
            }
        return Self.prefix + parts.joined(separator: ".")
    }

    /// Reads a value; nil for another's.
    init?(_ value: String) {
        guard value.hasPrefix(Self.prefix), value.utf8.count <= 24 else { return nil }
        let parts = value.dropFirst(Self.prefix.count).split(separator: ".", omittingEmptySubsequences: false)
        func number(_ index: Int) -> Int64? { Int64(parts[index], radix: 36) }
        switch (parts.first, parts.count) {
        case ("d", 4):
            let button = DraftButton.allCases.first { $0.rawValue.prefix(1) == parts[1] }
            guard let button, let lane = number(2), let draft = number(3) else { return nil }
            self = .draft(button, LaneID(lane), Int(draft))
        case ("g", 2):
            guard let mode = SecretaryMode(letter: String(parts[1])) else { return nil }
            self = .standard(mode)
        case ("p", 2):
            guard let page = number(1), (0...10_000).contains(page) else { return nil }
            self = .page(Int(page))
        case ("c", 2):
            guard let lane = number(1) else { return nil }
            self = .contact(LaneID(lane))
        case ("m", 3):
            guard let lane = number(1) else { return nil }
            let mode = SecretaryMode(letter: String(parts[2]))
            guard mode != nil || parts[2] == "-" else { return nil }
            self = .mode(LaneID(lane), mode)
        case ("z", 3):
            guard let lane = number(1), parts[2] == "1" || parts[2] == "0" else { return nil }
            self = .pause(LaneID(lane), parts[2] == "1")
        case ("off", 1): self = .off
        case ("log", 1): self = .log
        default: return nil
        }
    }

    /// The button with a label.
    /// - Parameter isChosen: Whether things stand so already.
    func labelled(_ label: String, isChosen: Bool = false) -> ReplyChoice {
        ReplyChoice(label, value: value, isChosen: isChosen)
    }
}
