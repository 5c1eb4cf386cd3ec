/// How a model family writes the functions that it wants to have run.
public struct ToolDialect: Sendable, Hashable {
    /// What stands between the marks.
    public enum Form: Sendable, Hashable {
        /// JSON objects with a name and arguments.
        case objects
        /// A JSON list of such objects; some write a name and its arguments without the list.
        case list
        /// `NAME>` and the arguments as JSON.
        case named
        /// Calls with marks of their own, each a name and a fenced block of JSON.
        case fenced
        /// `NAME`, a line's end and arguments, or `all` and words for the person.
        case recipients
        /// Nothing but JSON objects from the answer's first character on.
        case bare
    }

    /// Begins calls; empty where nothing does.
    public var opening: String
    /// Ends them; nil where the answer's end does.
    public var closing: String?
    /// What stands between.
    public var form: Form
    /// The member that holds a function's name.
    public var nameKey = "name"
    /// The member that holds its arguments.
    public var argumentsKey = "arguments"

    init(_ opening: String, _ closing: String?, _ form: Form, name: String = "name", arguments: String = "arguments") {
        self.opening = opening
        self.closing = closing
        self.form = form
        nameKey = name
        argumentsKey = arguments
    }

    /// Hermes, Qwen 2.5 and 3, and models whose template knows no tools.
    public static let hermes = ToolDialect("<tool_call>", "</tool_call>", .objects)
    /// Llama 3.1 to 3.3.
    public static let llama3 = ToolDialect("", nil, .bare, arguments: "parameters")
    /// Mistral and Nemo.
    public static let mistral = ToolDialect("[TOOL_CALLS]", nil, .list)
    /// DeepSeek.
    public static let deepSeek = ToolDialect("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", .fenced)
    /// Functionary 3.1.
    public static let functionaryTags = ToolDialect("<function=", "</function>", .named)
    /// Functionary 3.2.
    public static let functionaryRecipients = ToolDialect(">>>", nil, .recipients)
    /// Firefunction 2.
    public static let firefunction = ToolDialect("functools", nil, .list)
    /// Command R7B.
    public static let commandR7B = ToolDialect(
        "<|START_ACTION|>",
        "<|END_ACTION|>",
        .list,
        name: "tool_name",
        arguments: "parameters"
    )
    /// Command R and R+.
    public static let commandR = ToolDialect("Action:", nil, .list, name: "tool_name", arguments: "parameters")

    /// The dialect of a chat template, by the marks that it writes itself.
    ///
    /// - Returns: nil for a template that knows no tools; ``GenericTools`` helps there.
    public init?(templateSource source: String) {
        guard source.contains("tools") || source.contains("functions") else { return nil }
        let marks: [(String, ToolDialect)] = [
            ("<tool_call>", .hermes), ("[TOOL_CALLS]", .mistral), ("<｜tool▁calls▁begin｜>", .deepSeek),
            ("<function=", .functionaryTags), ("functools", .firefunction), ("<|START_ACTION|>", .commandR7B),
            ("Action:", .commandR), (">>>", .functionaryRecipients), ("<|python_tag|>", .llama3),
            ("\"parameters\"", .llama3),
        ]
        guard let found = marks.first(where: { source.contains($0.0) }) else { return nil }
        self = found.1
    }

    /// Texts that a vocabulary may hold as tokens of their own and that the filter has to see.
    public var marks: [String] {
        let inner = form == .fenced ? ["<｜tool▁call▁begin｜>", "<｜tool▁sep｜>", "<｜tool▁call▁end｜>"] : []
        return [opening, closing ?? "", form == .bare ? Self.pythonTag : ""].filter { !$0.isEmpty } + inner
    }

    static let pythonTag = "<|python_tag|>"
}
