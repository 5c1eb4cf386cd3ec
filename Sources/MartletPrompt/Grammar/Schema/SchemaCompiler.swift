internal import MartletCore

/// Turns a JSON Schema (drafts 7 to 2020-12) into a grammar of JSON texts that it accepts.
///
/// Every text of the grammar is valid; not every valid document is a text of it: members come in the schema's order,
/// objects with `properties` are closed unless `additionalProperties` opens them, numbers with bounds have no exponent,
/// and `oneOf` is read as `anyOf`. Keywords that would need more than a grammar are refused.
struct SchemaCompiler {
    let root: JSONValue
    var builder = GrammarBuilder()
    let forms: JSONForms
    private var references: [String: Int] = [:]
    /// Schemas whose rules are declared, and are still to be defined.
    private var pending: [(rule: Int, schema: JSONValue, place: String)] = []
    private var stepCount = 0
    /// How many schemas of `enum` with other keywords this one is inside of.
    private let enumDepth: Int

    /// Schemas that are looked at, at most: each keyword's subschemas, and each merge of two.
    private static let stepLimit = 50_000

    init(_ root: JSONValue, enumDepth: Int = 0) {
        self.root = root
        self.enumDepth = enumDepth
        forms = JSONForms(&builder)
    }

    mutating func compile() throws(GrammarError) -> GrammarSource {
        let start = try rule(for: root, at: "")
        while let next = pending.popLast() {
            builder.define(next.rule, try expression(next.schema, at: next.place))
        }
        return builder.source(root: start)
    }

    mutating func step(at place: String) throws(GrammarError) {
        stepCount += 1
        guard stepCount <= Self.stepLimit else {
            throw error(
                .limit,
                place,
                "the schema takes more than \(Self.stepLimit) steps to work out",
                "Make it smaller, and use fewer anyOf and allOf in one another"
            )
        }
    }

    /// What a schema inside another stands for; it is worked out later, so that depth costs nothing.
    mutating func rule(for schema: JSONValue, at place: String) throws(GrammarError) -> GrammarExpression {
        switch schema {
        case .bool(true): return .rule(forms.value)
        case .bool(false): return .impossible
        case .object(let members):
            try step(at: place)
            if let pointer = members["$ref"]?.string, members.allSatisfy({ isAnnotation($0.name) || $0.name == "$ref" })
            {
                return .rule(try reference(pointer, at: place))
            }
            let rule = builder.declare("#" + place)
            pending.append((rule, schema, place))
            return .rule(rule)
        default:
            throw error(.syntax, place, "a schema is an object, true or false", "Put a schema here")
        }
    }

    private mutating func reference(_ pointer: String, at place: String) throws(GrammarError) -> Int {
        if let known = references[pointer] { return known }
        let target = try resolve(pointer, at: place)
        let rule = builder.declare(pointer)
        references[pointer] = rule
        pending.append((rule, target, String(pointer.dropFirst())))
        return rule
    }

    private mutating func expression(_ schema: JSONValue, at place: String) throws(GrammarError) -> GrammarExpression {
        guard case .object(let members) = schema else { return try rule(for: schema, at: place) }
        let meaning = members.filter { !isAnnotation($0.name) }
        if meaning.count == 1, let only = meaning.first {
            if only.name == "$ref" { return try rule(for: schema, at: place) }
            // Alternatives that stand alone keep the rules of what they refer to.
            if only.name == "anyOf" || only.name == "oneOf" {
                var parts: [GrammarExpression] = []
                for (index, part) in try schemas(only.value, only.name, at: place).enumerated() {
                    parts.append(try rule(for: part, at: "\(place)/\(only.name)/\(index)"))
                }
                return .choice(parts)
            }
        }
        var parts: [GrammarExpression] = []
        for flat in try flatten(schema, at: place, depth: 0) { parts.append(try expression(of: flat, at: place)) }
        return .choice(parts)
    }

    /// A schema without applicators.
    private mutating func expression(of flat: JSONObject, at place: String) throws(GrammarError) -> GrammarExpression {
        let types = try types(of: flat, at: place)
        if let values = flat["enum"] { return try expression(of: values, flat, types, at: place) }
        var parts: [GrammarExpression] = []
        for type in types {
            switch type {
            case "null": parts.append(.text("null"))
            case "boolean": parts += [.text("true"), .text("false")]
            case "integer": parts.append(try number(flat, isInteger: true, at: place))
            case "number": parts.append(try number(flat, isInteger: false, at: place))
            case "string": parts.append(try string(flat, at: place))
            case "array": parts.append(try array(flat, at: place))
            default: parts.append(try object(flat, at: place))
            }
        }
        return .choice(parts)
    }

    /// The types that a flat schema allows: those that it names, else those that its keywords speak about, else all.
    private func types(of flat: JSONObject, at place: String) throws(GrammarError) -> [String] {
        let known = ["null", "boolean", "integer", "number", "string", "array", "object"]
        guard let given = flat["type"] else {
            if flat["enum"] != nil { return known }
            let meant = Set(flat.names.compactMap { SchemaKeywords.types[$0] })
            return known.filter { (meant.isEmpty || meant.contains($0)) && $0 != "integer" }
        }
        let names = given.array?.compactMap(\.string) ?? [given.string].compactMap { $0 }
        guard names.count == given.array?.count ?? 1, names.allSatisfy({ known.contains($0) }) else {
            throw error(
                .syntax,
                place + "/type",
                "this is no type",
                "Use \(known.joined(separator: ", ")), or several of them"
            )
        }
        return names.contains("number") ? names.filter { $0 != "integer" } : names
    }

    /// The values of `enum` that the other keywords allow.
    private mutating func expression(
        of values: JSONValue,
        _ flat: JSONObject,
        _ types: [String],
        at place: String
    ) throws(GrammarError) -> GrammarExpression {
        guard let values = values.array else {
            throw error(.syntax, place + "/enum", "the values are no array", "Write “enum”: […]")
        }
        var rest = flat
        rest["enum"] = nil
        let isPlain = rest.names.allSatisfy { $0 == "type" || isAnnotation($0) }
        // What other keywords say is asked of their own grammar, but not for ever where a schema contains itself.
        var grammar: Grammar?
        if !isPlain, enumDepth < 4 {
            var compiler = SchemaCompiler(within(rest), enumDepth: enumDepth + 1)
            grammar = try Grammar(compiler.compile())
        }
        var texts: [GrammarExpression] = []
        for value in values {
            try step(at: place)
            let text = Array(JSONText.text(of: value).utf8)
            if let grammar {
                guard grammar.accepts(text) else { continue }
            } else if !types.contains(where: { isOfType(value, $0) }) {
                continue
            }
            texts.append(.literal(text))
        }
        return .choice(texts)
    }

    /// A schema inside this document, so that what it refers to is found.
    private func within(_ flat: JSONObject) -> JSONValue {
        var flat = flat
        for name in ["$defs", "definitions"] where flat[name] == nil { flat[name] = root.object?[name] }
        return .object(flat)
    }

    private func isOfType(_ value: JSONValue, _ type: String) -> Bool {
        switch value {
        case .null: type == "null"
        case .bool: type == "boolean"
        case .integer: type == "integer" || type == "number"
        case .number(let number): type == "number" || type == "integer" && number == number.rounded()
        case .string: type == "string"
        case .array: type == "array"
        case .object: type == "object"
        }
    }

    func isAnnotation(_ name: String) -> Bool {
        !SchemaKeywords.applicators.contains(name) && !SchemaKeywords.assertions.contains(name)
            && !SchemaKeywords.unsupported.contains(name)
    }

    /// The schemas of a keyword that has several.
    func schemas(_ value: JSONValue, _ keyword: String, at place: String) throws(GrammarError) -> [JSONValue] {
        guard let schemas = value.array, !schemas.isEmpty else {
            throw error(
                .syntax,
                "\(place)/\(keyword)",
                "the schemas are no array, or there are none",
                "Write “\(keyword)”: […]"
            )
        }
        return schemas
    }

    func error(_ code: GrammarError.Code, _ place: String, _ message: String, _ remedy: String) -> GrammarError {
        GrammarError(code, at: .schema(pointer: place), message, remedy: remedy)
    }
}
