internal import MartletCore
internal import MartletPrompt

/// What a request's tools mean for its prompt, its constraint and the reading of its answer.
struct ToolUse: Sendable {
    /// Functions that the prompt describes.
    let definitions: [ToolDefinition]
    /// How the model writes calls.
    let dialect: ToolDialect
    /// What makes it call one, where it has to.
    let forced: ForcedToolCall?
    /// Whether an answer ends with its first call.
    let stopsAfterFirst: Bool

    /// Takes a request's tools.
    ///
    /// - Returns: nil when there are none, or none may be called.
    /// - Throws: ``EngineError/Code/invalidOption`` naming `tools` or `tool_choice`.
    init?(_ request: GenerationRequest, dialect: ToolDialect?) throws(EngineError) {
        try Self.check(request)
        guard !request.tools.isEmpty, request.toolChoice != .none else { return nil }
        definitions = request.tools
        let dialect = dialect ?? .hermes
        stopsAfterFirst = !request.allowsParallelToolCalls
        switch request.toolChoice {
        case .automatic, .none: forced = nil
        case .required:
            forced = ForcedToolCall(
                request.tools,
                dialect: dialect,
                allowsSeveral: request.allowsParallelToolCalls
            )
        case .named(let name):
            let named = request.tools.filter { $0.name == name }
            forced = ForcedToolCall(named, dialect: dialect, allowsSeveral: false)
        }
        self.dialect = forced?.dialect ?? dialect
    }

    private static func check(_ request: GenerationRequest) throws(EngineError) {
        var names: Set<String> = []
        for tool in request.tools {
            let isPlain = tool.name.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                    || (byte < 0x80 && Character(Unicode.Scalar(byte)).isLetter)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
            guard isPlain, (1...64).contains(tool.name.utf8.count) else {
                throw EngineError(
                    .invalidOption,
                    "a tool's name has to be 1 to 64 letters, digits, '_', '-' or '.'",
                    remedy: "Rename the tool",
                    parameter: "tools"
                )
            }
            guard names.insert(tool.name).inserted else {
                throw EngineError(
                    .invalidOption,
                    "two tools are named '\(tool.name)'",
                    remedy: "Give each tool a name of its own",
                    parameter: "tools"
                )
            }
        }
        switch request.toolChoice {
        case .automatic, .none: return
        case .required where !names.isEmpty: break
        case .named(let name) where names.contains(name): break
        case .required, .named:
            throw EngineError(
                .invalidOption,
                "the tool that has to be called isn't among the tools",
                remedy: "Describe it in tools, or leave the choice to the model",
                parameter: "tool_choice"
            )
        }
        guard request.constraint == nil else {
            throw EngineError(
                .invalidOption,
                "an answer can't both call a tool and have another form",
                remedy: "Leave out response_format, or set tool_choice to auto",
                parameter: "tool_choice"
            )
        }
    }

    /// Reads the answer.
    var filter: ToolCallFilter {
        forced.map { ToolCallFilter($0, names: definitions.map(\.name)) }
            ?? ToolCallFilter(dialect, names: definitions.map(\.name))
    }
}
