import MartletCore

/// Reads the form that an answer must have.
enum FormatFields {
    private enum FormatType: String, CaseIterable {
        case text
        case object = "json_object"
        case schema = "json_schema"
    }

    private static let type = Field("type", ValueKind<FormatType>.choice())
    private static let grammar = Field("grammar", .text(1...(1 << 20)))

    /// `response_format`, in which a schema is nested under `json_schema`, or `grammar`.
    static func readChat(_ fields: RequestFields) throws(RequestFault) -> OutputConstraint? {
        let format = try fields.fields("response_format")
        let constraint = try format.flatMap { format throws(RequestFault) in try read(format, isNested: true) }
        guard let grammar = try fields.value(grammar) else { return constraint }
        guard constraint == nil else {
            throw RequestFault(.wrongValue, "grammar", "'grammar' and 'response_format' exclude each other; give one.")
        }
        return .grammar(grammar)
    }

    /// A format's object; in responses a schema's name and rules stand in it beside the type.
    static func read(_ fields: RequestFields, isNested: Bool) throws(RequestFault) -> OutputConstraint? {
        let constraint: OutputConstraint?
        switch try fields.required(type) {
        case .text: constraint = nil
        case .object:
            // llama-server's users give a schema here too.
            constraint = try fields.value(Field("schema", .object)).map { .jsonSchema(.object($0)) } ?? .jsonObject
        case .schema:
            let schema = isNested ? try fields.fields("json_schema") : fields
            guard let schema else {
                let place = fields.place(of: "json_schema")
                throw RequestFault(
                    .missing,
                    place,
                    "'\(place)' is missing; it must be an object with 'name' and 'schema'."
                )
            }
            _ = try schema.required(Field("name", .identifier))
            _ = try schema.value(Field("description", .text()))
            _ = try schema.value(Field("strict", .flag))
            constraint = try schema.value(Field("schema", .object)).map { .jsonSchema(.object($0)) } ?? .jsonObject
            try schema.finish()
        }
        try fields.finish()
        return constraint
    }
}
