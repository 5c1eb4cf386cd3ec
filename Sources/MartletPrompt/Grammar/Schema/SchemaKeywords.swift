/// The keywords of JSON Schema by what becomes of them here.
enum SchemaKeywords {
    /// What joins schemas; gone once a schema is flat.
    static let applicators: Set<String> = ["$ref", "allOf", "anyOf", "oneOf", "nullable"]
    /// What becomes part of the grammar.
    static let assertions: Set<String> = [
        "type", "enum", "const", "properties", "required", "additionalProperties", "patternProperties", "propertyNames",
        "minProperties", "maxProperties", "items", "prefixItems", "additionalItems", "minItems", "maxItems",
        "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
        "multipleOf", "unevaluatedProperties",
    ]
    /// What would change which answers are right, and has no grammar here.
    static let unsupported: Set<String> = [
        "not", "if", "then", "else", "contains", "minContains", "maxContains", "uniqueItems", "dependentRequired",
        "dependentSchemas", "dependencies", "unevaluatedItems", "$dynamicRef", "$recursiveRef", "extends", "disallow",
    ]
    /// Which type each assertion speaks about.
    static let types: [String: String] = [
        "properties": "object", "required": "object", "additionalProperties": "object", "patternProperties": "object",
        "propertyNames": "object", "minProperties": "object", "maxProperties": "object",
        "unevaluatedProperties": "object", "items": "array", "prefixItems": "array", "additionalItems": "array",
        "minItems": "array", "maxItems": "array", "minLength": "string", "maxLength": "string", "pattern": "string",
        "format": "string", "minimum": "number", "maximum": "number", "exclusiveMinimum": "number",
        "exclusiveMaximum": "number", "multipleOf": "number",
    ]
}
