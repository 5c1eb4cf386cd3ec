/// A function that a model may ask its caller to run.
public struct ToolDefinition: Sendable, Hashable {
    /// The function's name: letters, digits, `_` and `-`, at most 64.
    public var name: String
    /// What it does, for the model to read.
    public var description: String?
    /// JSON Schema of its arguments, an object's schema.
    public var parameters: JSONValue
    /// Whether arguments that don't fit the schema must be impossible rather than unlikely.
    public var isStrict: Bool

    /// Makes a definition; without parameters the function takes none.
    public init(
        name: String,
        description: String? = nil,
        parameters: JSONValue = ["type": "object", "properties": [:]],
        isStrict: Bool = false
    ) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.isStrict = isStrict
    }
}

/// Whether a model calls tools.
public enum ToolChoice: Sendable, Hashable {
    /// The model decides.
    case automatic
    /// It answers in words.
    case none
    /// It calls at least one, whichever.
    case required
    /// It calls the one of this name.
    case named(String)
}

/// A model's wish to have a function run.
public struct ToolCall: Sendable, Hashable, Codable {
    /// Names the call, so that its result can be told apart from another's.
    public var id: String
    /// The function.
    public var name: String
    /// Its arguments as JSON text, as the model wrote them: an object where the model kept to the form.
    public var arguments: String

    /// Makes a call.
    public init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}
