/// A form that an answer must have; tokens that would leave it are never chosen.
public enum OutputConstraint: Sendable, Hashable {
    /// One JSON object.
    case jsonObject
    /// JSON that a JSON Schema describes.
    case jsonSchema(JSONValue)
    /// Text that a grammar in GBNF describes.
    case grammar(String)
}
