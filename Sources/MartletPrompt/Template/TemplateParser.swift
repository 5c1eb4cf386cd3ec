/// Reads tokens into statements; expressions are in `TemplateParser+Expressions.swift`.
struct TemplateParser {
    var tokens: [TemplateToken]
    var index = 0
    /// How deep expressions and blocks are nested now; bounded, so that a hostile template can't exhaust the stack.
    var depth = 0
    static let maximumDepth = 120
    /// How deep the tree of one expression may be; long chains of operators count as well.
    static let maximumExpressionDepth = 250

    init(_ tokens: [TemplateToken]) {
        self.tokens = tokens
    }

    /// The whole template.
    mutating func parse() throws(PromptError) -> [Statement] {
        let body = try parseBody(until: [])
        return body.statements
    }

    var token: TemplateToken { tokens[index] }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    func failure(_ message: String) -> PromptError {
        .template(message, line: token.line)
    }

    func isSymbol(_ symbol: String) -> Bool { token.kind == .symbol(symbol) }

    func isName(_ name: String) -> Bool { token.kind == .name(name) }

    /// Reads `symbol` when it is next.
    mutating func accept(_ symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func acceptName(_ name: String) -> Bool {
        guard isName(name) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: String) throws(PromptError) {
        guard accept(symbol) else { throw failure("'\(symbol)' is missing before \(describe(token))") }
    }

    mutating func expectName() throws(PromptError) -> String {
        guard case .name(let name) = token.kind else { throw failure("a name is missing before \(describe(token))") }
        advance()
        return name
    }

    func describe(_ token: TemplateToken) -> String {
        switch token.kind {
        case .text: "text"
        case .outputBegin: "'{{'"
        case .outputEnd: "'}}'"
        case .blockBegin: "'{%'"
        case .blockEnd: "'%}'"
        case .name(let name): "'\(name.prefix(40))'"
        case .string: "a string"
        case .int, .double: "a number"
        case .symbol(let symbol): "'\(symbol)'"
        case .end: "the end"
        }
    }

    /// Runs `body` one level deeper.
    mutating func nested<Result>(
        _ body: (inout TemplateParser) throws(PromptError) -> Result
    ) throws(PromptError) -> Result {
        guard depth < Self.maximumDepth else { throw failure("nested more than \(Self.maximumDepth) levels deep") }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    // MARK: Statements

    /// Reads statements up to a block whose name is in `ends`, whose name is read as well.
    private mutating func parseBody(until ends: [String]) throws(PromptError) -> (statements: [Statement], end: String)
    {
        var statements: [Statement] = []
        while true {
            let line = token.line
            switch token.kind {
            case .text(let text):
                statements.append(Statement(line: line, kind: .text(text)))
                advance()
            case .outputBegin:
                advance()
                let value = try parseTupleOrExpression()
                guard token.kind == .outputEnd else { throw failure("'}}' is missing before \(describe(token))") }
                advance()
                statements.append(Statement(line: line, kind: .output(value)))
            case .blockBegin:
                advance()
                let name = try expectName()
                if ends.contains(name) { return (statements, name) }
                statements += try nested { parser throws(PromptError) in try parser.parseBlock(name, line: line) }
            case .end:
                guard ends.isEmpty else { throw failure("{% \(ends[ends.count - 1]) %} is missing") }
                return (statements, "")
            default:
                throw failure("\(describe(token)) is unexpected")
            }
        }
    }

    private mutating func endBlock() throws(PromptError) {
        guard token.kind == .blockEnd else { throw failure("'%}' is missing before \(describe(token))") }
        advance()
    }

    /// Reads the body of a block and its end tag.
    private mutating func parseBlockBody(end: String) throws(PromptError) -> [Statement] {
        try endBlock()
        let body = try parseBody(until: [end])
        _ = acceptName(end)
        try endBlock()
        return body.statements
    }

    private mutating func parseBlock(_ name: String, line: Int) throws(PromptError) -> [Statement] {
        switch name {
        case "if": return [Statement(line: line, kind: try parseConditional())]
        case "for": return [Statement(line: line, kind: try parseLoop())]
        case "set": return [Statement(line: line, kind: try parseAssignment())]
        case "macro": return [Statement(line: line, kind: try parseMacro())]
        case "call":
            let parameters = isSymbol("(") ? try parseParameters() : []
            let call = try parseExpression()
            guard case .call = call.kind else { throw failure("{% call %} needs a macro call") }
            let body = try parseBlockBody(end: "endcall")
            return [Statement(line: line, kind: .callBlock(parameters: parameters, call: call, body: body))]
        case "filter":
            var filters = [try parseFilterCall()]
            while accept("|") { filters.append(try parseFilterCall()) }
            let body = try parseBlockBody(end: "endfilter")
            return [Statement(line: line, kind: .filterBlock(filters: filters, body: body))]
        case "with": return [Statement(line: line, kind: try parseWith())]
        case "generation": return try parseBlockBody(end: "endgeneration")  // marks the answer for training only
        case "break", "continue":
            try endBlock()
            return [Statement(line: line, kind: name == "break" ? .breakLoop : .continueLoop)]
        case "include", "import", "from", "extends", "block":
            throw failure("{% \(name) %} is not allowed in a chat template, which is one file")
        default:
            throw failure("{% \(name.prefix(40)) %} is not a statement")
        }
    }

    private mutating func parseConditional() throws(PromptError) -> Statement.Kind {
        var branches: [(condition: Expression, body: [Statement])] = []
        var otherwise: [Statement] = []
        var condition = try parseTupleOrExpression()
        while true {
            try endBlock()
            let body = try parseBody(until: ["elif", "else", "endif"])
            branches.append((condition, body.statements))
            switch body.end {
            case "elif":
                condition = try parseTupleOrExpression()
            case "else":
                try endBlock()
                otherwise = try parseBody(until: ["endif"]).statements
                try endBlock()
                return .conditional(branches: branches, otherwise: otherwise)
            default:
                try endBlock()
                return .conditional(branches: branches, otherwise: otherwise)
            }
        }
    }

    private mutating func parseLoop() throws(PromptError) -> Statement.Kind {
        let target = try parseTarget(allowsAttribute: false)
        guard acceptName("in") else { throw failure("'in' is missing before \(describe(token))") }
        let source = try parseTupleOrExpression(allowsConditional: false)
        let condition = acceptName("if") ? try parseExpression() : nil
        let isRecursive = acceptName("recursive")
        try endBlock()
        let body = try parseBody(until: ["else", "endfor"])
        var otherwise: [Statement] = []
        try endBlock()
        if body.end == "else" {
            otherwise = try parseBody(until: ["endfor"]).statements
            try endBlock()
        }
        return .loop(
            Statement.Loop(
                target: target,
                source: source,
                condition: condition,
                body: body.statements,
                otherwise: otherwise,
                isRecursive: isRecursive
            )
        )
    }

    private mutating func parseTarget(allowsAttribute: Bool) throws(PromptError) -> Target {
        var targets: [Target] = []
        repeat {
            if isSymbol("=") || isName("in"), !targets.isEmpty { break }
            if accept("(") {
                targets.append(
                    try nested { parser throws(PromptError) in try parser.parseTarget(allowsAttribute: false) }
                )
                try expect(")")
                continue
            }
            let name = try expectName()
            if allowsAttribute, accept(".") {
                targets.append(.attribute(object: name, name: try expectName()))
            } else {
                targets.append(.name(name))
            }
        } while accept(",")
        return targets.count == 1 && !wasComma ? targets[0] : .tuple(targets)
    }

    /// Whether the token just read is a comma, as after the one name of `a, = …`.
    private var wasComma: Bool { index > 0 && tokens[index - 1].kind == .symbol(",") }

    private mutating func parseAssignment() throws(PromptError) -> Statement.Kind {
        let target = try parseTarget(allowsAttribute: true)
        if accept("=") {
            let value = try parseTupleOrExpression()
            try endBlock()
            return .assignment(target: target, value: value)
        }
        var filters: [FilterCall] = []
        while accept("|") { filters.append(try parseFilterCall()) }
        let body = try parseBlockBody(end: "endset")
        return .blockAssignment(target: target, filters: filters, body: body)
    }

    private mutating func parseMacro() throws(PromptError) -> Statement.Kind {
        let name = try expectName()
        let parameters = try parseParameters()
        let body = try parseBlockBody(end: "endmacro")
        return .macro(Statement.Macro(name: name, parameters: parameters, body: body))
    }

    private mutating func parseParameters() throws(PromptError) -> [Statement.Parameter] {
        try expect("(")
        var parameters: [Statement.Parameter] = []
        while !isSymbol(")") {
            if !parameters.isEmpty { try expect(",") }
            if isSymbol(")") { break }
            let name = try expectName()
            parameters.append(Statement.Parameter(name: name, defaultValue: accept("=") ? try parseExpression() : nil))
        }
        try expect(")")
        return parameters
    }

    private mutating func parseWith() throws(PromptError) -> Statement.Kind {
        var bindings: [(name: String, value: Expression)] = []
        while token.kind != .blockEnd {
            if !bindings.isEmpty { try expect(",") }
            let name = try expectName()
            try expect("=")
            bindings.append((name, try parseExpression()))
        }
        return .scope(bindings: bindings, body: try parseBlockBody(end: "endwith"))
    }
}
