/// A command as the platform's menu shows it.
public struct MenuCommand: Sendable, Hashable {
    /// The word without its slash.
    public var name: String
    /// What it does, in the menu's language.
    public var summary: String

    /// Makes an entry.
    public init(name: String, summary: String) {
        self.name = name
        self.summary = summary
    }

    /// The menu in a language.
    public static func all(in language: Language) -> [MenuCommand] {
        [
            MenuCommand(name: "help", summary: language.text(.menuHelp)),
            MenuCommand(name: "reset", summary: language.text(.menuReset)),
            MenuCommand(name: "set_context_length", summary: language.text(.menuSetContextLength)),
            MenuCommand(name: "start", summary: language.text(.menuStart)),
        ]
    }
}
