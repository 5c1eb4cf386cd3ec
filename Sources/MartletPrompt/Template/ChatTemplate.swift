public import MartletCore

/// A model's chat template: messages to the text that the model was trained on.
///
/// The language is the part of Jinja that published templates use: loops, conditionals, `set`, macros, namespaces,
/// filters, tests, and the methods of strings, lists and dictionaries. It runs in a sandbox without files, network or
/// environment. Every character of the result says whether the template or a message wrote it.
public struct ChatTemplate: Sendable {
    /// Bounds on what a template may cost.
    public struct Limits: Sendable, Hashable {
        /// Characters of the template itself.
        public var sourceLength = 1_000_000
        /// Nodes visited, with long strings counted by their length.
        public var steps = 4_000_000
        /// Statements, expressions and calls inside each other.
        public var depth = 400
        /// Characters of the rendered text.
        public var outputLength = 8_000_000

        /// Bounds that every published template stays far below.
        public init() {}
    }

    /// The template's text.
    public let source: String
    /// How the model writes calls of tools; nil for a template that knows none.
    public let toolDialect: ToolDialect?
    private let limits: Limits
    private let statements: [Statement]

    /// Reads a template.
    ///
    /// - Throws: A ``PromptError`` that names the line, when the template is no valid Jinja or too large.
    public init(_ source: String, limits: Limits = Limits()) throws(PromptError) {
        guard source.unicodeScalars.count <= limits.sourceLength else {
            throw PromptError(
                .templateLimit,
                "The chat template is longer than \(limits.sourceLength) characters",
                remedy: PromptError.otherTemplate
            )
        }
        self.source = source
        self.limits = limits
        toolDialect = ToolDialect(templateSource: source)
        do {
            var lexer = TemplateLexer(source)
            var parser = TemplateParser(try lexer.tokenize())
            statements = try parser.parse()
        } catch {
            throw error.code == .templateEvaluation ? error.recoded(.templateSyntax) : error
        }
    }

    /// Renders `messages` into runs of text with their origins, neighbouring runs always of different origin.
    ///
    /// The template sees `messages`, `add_generation_prompt` and `variables` (such as `bos_token`), and the functions
    /// `range`, `namespace`, `dict`, `joiner`, `cycler`, `raise_exception` and `strftime_now`.
    /// - Parameter unixTime: What `strftime_now` shows, in seconds; nil is now.
    /// Tools are described as the template does it, or in the system message where it knows none.
    /// - Throws: A ``PromptError``: ``PromptError/Code/templateRaised`` when the template itself refuses the messages.
    /// - Complexity: Bounded by the limits.
    public func render(
        _ messages: [ChatMessage],
        tools: [ToolDefinition] = [],
        addingGenerationPrompt: Bool,
        variables: [String: TemplateValue] = [:],
        unixTime: Int? = nil
    ) throws(PromptError) -> [PromptSegment] {
        var globals = TemplateGlobals.functions(unixTime: unixTime)
        for (name, value) in variables { globals[name] = Value(value) }
        globals["add_generation_prompt"] = .bool(addingGenerationPrompt)
        let hasCalls = messages.contains { !$0.toolCalls.isEmpty }
        guard toolDialect != nil else {
            let isPlain = tools.isEmpty && !hasCalls && !messages.contains { $0.role == .tool }
            return try render(isPlain ? messages : GenericTools.rewrite(messages, tools: tools), globals)
        }
        if !tools.isEmpty { globals.describe(tools, unixTime: unixTime) }
        guard hasCalls else { return try render(messages, globals) }
        let argumentsAreText = !showsArgumentObjects(globals)
        do {
            return try render(messages, globals, argumentsAreText: argumentsAreText)
        } catch {
            // Some models make one call at a time, some insist on a form of the calls' names.
            guard error.code == .templateRaised else { throw error }
            let short = messages.shorteningCallIDs
            for simpler in [short, messages.partingToolCalls, short.partingToolCalls] where simpler != messages {
                if let text = try? render(simpler, globals, argumentsAreText: argumentsAreText) { return text }
            }
            throw error
        }
    }

    private func render(
        _ messages: [ChatMessage],
        _ globals: [String: Value],
        argumentsAreText: Bool = false
    ) throws(PromptError) -> [PromptSegment] {
        var globals = globals
        let names = messages.toolNames
        globals["messages"] = .list(
            messages.map { Value($0, argumentsAreText: argumentsAreText, names: names) }
        )
        var interpreter = Interpreter(limits: limits, globals: globals)
        return try interpreter.run(statements).segments
    }

    /// Whether the template writes a call's arguments as JSON when it gets them as an object; others want text.
    private func showsArgumentObjects(_ globals: [String: Value]) -> Bool {
        let call = ToolCall(id: "000000000", name: "f", arguments: #"{"martlet":1}"#)
        let probe = [
            .user("u"), ChatMessage(role: .assistant, content: "", toolCalls: [call]),
            .tool("t", answering: "000000000"),
        ]
        guard let segments = try? render(probe, globals) else { return false }
        let text = segments.map(\.text).joined()
        return text.contains(#""martlet": 1"#) || text.contains(#""martlet":1"#)
    }
}

/// A value given to a template beside the messages.
public enum TemplateValue: Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    /// Text of the program or of the model file; may name control tokens.
    case string(String)
    /// Text that somebody else wrote; never names control tokens.
    case content(String)
    case list([TemplateValue])
    /// Keys in order; the last of equal keys counts.
    case object([(key: String, value: TemplateValue)])
}

extension Value {
    init(_ value: TemplateValue) {
        switch value {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .string(let text): self = .text(text)
        case .content(let text): self = .string(TemplateString(text, isContent: true))
        case .list(let values): self = .list(values.map(Value.init))
        case .object(let members):
            var dictionary = ValueDictionary()
            // Keys may be somebody else's words too; templates find them whatever their origin.
            for member in members {
                dictionary[TemplateString(member.key, isContent: true)] = Value(member.value)
            }
            self = .dictionary(dictionary)
        }
    }
}

extension TemplateString {
    /// Runs of one origin each.
    var segments: [PromptSegment] {
        var segments: [PromptSegment] = []
        var start = 0
        for index in 1..<max(count + 1, 1) {
            let isBorder = index == count || (units[index] ^ units[start]) & Self.contentFlag != 0
            guard isBorder else { continue }
            let isContent = units[start] & Self.contentFlag != 0
            segments.append(PromptSegment(isContent ? .content : .template, self[start..<index].text))
            start = index
        }
        return segments
    }
}

extension PromptError {
    static let otherTemplate = "Give another template with --chat-template, or use --raw to do without one"

    /// A failure of the template at `line`; 0 where the line is known only to the caller.
    static func template(_ message: String, line: Int) -> PromptError {
        PromptError(
            .templateEvaluation,
            "The chat template fails: \(message)",
            remedy: otherTemplate,
            line: line > 0 ? line : nil
        )
    }

    /// The same with `line`, where it has none yet.
    func at(line: Int) -> PromptError {
        var error = self
        error.line = error.line ?? line
        return error
    }

    func recoded(_ code: Code) -> PromptError {
        var error = self
        error.code = code
        return error
    }
}
