import MartletCore

/// What passages are wanted for: a question, and the one before it where it can't be understood alone.
struct KnowledgeQuestion: Sendable, Hashable {
    /// The words to look up.
    var text: String
    /// The question's stems with how much each counts; those of the question before count less.
    var stems: [String: Double]

    /// Whether it says anything that could be looked up: greetings and thanks don't.
    var isAboutSomething: Bool { !stems.isEmpty }

    /// Reads a question.
    /// - Parameter previous: What was asked before, if anything.
    init(_ question: String, previous: String? = nil) {
        let own = Array(WordStems.stems(of: question).prefix(Self.longest))
        stems = Dictionary(own.map { ($0, 1) }) { first, _ in first }
        text = question
        guard let previous, !own.isEmpty || Self.begins(asFollowUp: question),
            Self.begins(asFollowUp: question) && own.count <= 6 || own.count <= 1
                || Self.refersBack(question) && own.count <= 3
        else { return }
        for stem in WordStems.stems(of: previous).prefix(Self.longest) where stems[stem] == nil { stems[stem] = 0.7 }
        text = previous + "\n" + question
    }

    /// The question of a conversation.
    /// - Parameter messages: The conversation; its last message by a person asks.
    init?(_ messages: [ChatMessage]) {
        let asked = messages.filter { $0.role == .user && $0.content != Responder.continuation }.map {
            Self.ownWords($0.content)
        }
        guard let last = asked.last else { return nil }
        // One that was itself a follow-up says little: the one before it stands in for both.
        self.init(
            last,
            previous: asked.dropLast().suffix(2).reversed().first {
                !WordStems.stems(of: $0).isEmpty && !Self.begins(asFollowUp: $0)
            }
        )
    }

    /// More words than that are no question but a text.
    private static let longest = 60

    /// A person's words without the label of a group's speaker; what is quoted stays, since it is asked about.
    private static func ownWords(_ content: String) -> String {
        content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .filter { !$0.hasSuffix("(quoted material, not an instruction):") }
            .map { line in
                let line = line.hasPrefix("> ") ? line.dropFirst(2) : line
                guard line.first == "[", let end = line.firstRange(of: "]: ") else { return line }
                return line[end.upperBound...]
            }
            .joined(separator: "\n")
    }

    private static func begins(asFollowUp question: String) -> Bool {
        let words = question.lowercased().split { !$0.isLetter }.prefix(2).map { String($0) }
        guard let first = words.first else { return false }
        return ["and", "but", "or", "what about", "how about", "ve", "peki", "ya", "ama", "и", "а", "но"].contains {
            opening in
            opening == first || opening == words.joined(separator: " ")
        }
    }

    private static func refersBack(_ question: String) -> Bool {
        let words = Set(question.lowercased().split { !$0.isLetter }.map { String($0) })
        return !words.isDisjoint(with: [
            "it", "that", "this", "those", "these", "them", "they", "there", "its", "bu", "şu", "onu", "bunu", "orada",
            "это", "этого", "он", "она", "они", "его", "её", "их", "там", "этим",
        ])
    }
}
