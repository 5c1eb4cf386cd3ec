/// Expressions, loosest binding first: conditional, or, and, not, comparisons, + -, ~, * / // %, **, signs, then
/// attributes, items, calls, filters and tests.
extension TemplateParser {
    /// An expression of bounded depth.
    private func node(_ line: Int, _ kind: Expression.Kind) throws(PromptError) -> Expression {
        let expression = Expression(line: line, kind: kind)
        guard expression.depth <= Self.maximumExpressionDepth else {
            throw .template("an expression is more than \(Self.maximumExpressionDepth) levels deep", line: line)
        }
        return expression
    }

    /// An expression, or several with commas between, which are a tuple.
    mutating func parseTupleOrExpression(allowsConditional: Bool = true) throws(PromptError) -> Expression {
        let line = token.line
        let first = try parseExpression(allowsConditional: allowsConditional)
        guard isSymbol(",") else { return first }
        var members = [first]
        while accept(",") {
            switch token.kind {
            case .outputEnd, .blockEnd, .symbol(")"): break
            default: members.append(try parseExpression(allowsConditional: allowsConditional))
            }
        }
        return try node(line, .tuple(members))
    }

    mutating func parseExpression(allowsConditional: Bool = true) throws(PromptError) -> Expression {
        try nested { parser throws(PromptError) in
            allowsConditional ? try parser.parseConditional() : try parser.parseOr()
        }
    }

    private mutating func parseConditional() throws(PromptError) -> Expression {
        var value = try parseOr()
        while isName("if") {
            let line = token.line
            advance()
            let condition = try parseOr()
            let otherwise =
                acceptName("else")
                ? try nested { parser throws(PromptError) in try parser.parseConditional() } : nil
            value = try node(line, .conditional(condition: condition, then: value, otherwise: otherwise))
        }
        return value
    }

    private mutating func parseOr() throws(PromptError) -> Expression {
        var left = try parseAnd()
        while isName("or") {
            let line = token.line
            advance()
            left = try node(line, .or(left, try parseAnd()))
        }
        return left
    }

    private mutating func parseAnd() throws(PromptError) -> Expression {
        var left = try parseNot()
        while isName("and") {
            let line = token.line
            advance()
            left = try node(line, .and(left, try parseNot()))
        }
        return left
    }

    private mutating func parseNot() throws(PromptError) -> Expression {
        let line = token.line
        guard acceptName("not") else { return try parseComparison() }
        let operand = try nested { parser throws(PromptError) in try parser.parseNot() }
        return try node(line, .not(operand))
    }

    private mutating func parseComparison() throws(PromptError) -> Expression {
        let line = token.line
        let first = try parseSum()
        var rest: [(Expression.ComparisonOperator, Expression)] = []
        while true {
            if case .symbol(let symbol) = token.kind, let comparison = Expression.ComparisonOperator(rawValue: symbol) {
                advance()
                rest.append((comparison, try parseSum()))
            } else if acceptName("in") {
                rest.append((.isIn, try parseSum()))
            } else if isName("not"), tokens[min(index + 1, tokens.count - 1)].kind == .name("in") {
                advance()
                advance()
                rest.append((.isNotIn, try parseSum()))
            } else {
                return rest.isEmpty ? first : try node(line, .comparison(first, rest))
            }
        }
    }

    private mutating func parseSum() throws(PromptError) -> Expression {
        try parseBinary(["+", "-"]) { parser throws(PromptError) in
            try parser.parseBinary(["~"]) { parser throws(PromptError) in
                try parser.parseBinary(["*", "/", "//", "%"]) { parser throws(PromptError) in
                    try parser.parseBinary(["**"]) { parser throws(PromptError) in try parser.parseSigned() }
                }
            }
        }
    }

    private mutating func parseBinary(
        _ symbols: [String],
        operand: (inout TemplateParser) throws(PromptError) -> Expression
    ) throws(PromptError) -> Expression {
        var left = try operand(&self)
        while case .symbol(let symbol) = token.kind, symbols.contains(symbol),
            let binary = Expression.BinaryOperator(rawValue: symbol)
        {
            let line = token.line
            advance()
            left = try node(line, .binary(binary, left, try operand(&self)))
        }
        return left
    }

    private mutating func parseSigned(allowsFilters: Bool = true) throws(PromptError) -> Expression {
        let line = token.line
        var value: Expression
        if accept("-") {
            let operand = try nested { parser throws(PromptError) in try parser.parseSigned(allowsFilters: false) }
            value = try node(line, .negative(operand))
        } else if accept("+") {
            let operand = try nested { parser throws(PromptError) in try parser.parseSigned(allowsFilters: false) }
            value = try node(line, .positive(operand))
        } else {
            value = try parsePrimary()
        }
        value = try parsePostfix(value)
        return allowsFilters ? try parseFiltersAndTests(value) : value
    }

    private mutating func parsePrimary() throws(PromptError) -> Expression {
        let line = token.line
        switch token.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return try node(line, .literal(.bool(true)))
            case "false", "False": return try node(line, .literal(.bool(false)))
            case "none", "None": return try node(line, .literal(.none))
            default: return try node(line, .name(name))
            }
        case .string(var text):
            advance()
            while case .string(let more) = token.kind {
                text.append(more)
                advance()
            }
            return try node(line, .literal(.string(text)))
        case .int(let value):
            advance()
            return try node(line, .literal(.int(value)))
        case .double(let value):
            advance()
            return try node(line, .literal(.double(value)))
        case .symbol("("):
            advance()
            if accept(")") { return try node(line, .tuple([])) }
            let value = try parseTupleOrExpression()
            try expect(")")
            return value
        case .symbol("["):
            advance()
            return try node(line, .list(try parseMembers(closing: "]")))
        case .symbol("{"):
            advance()
            return try node(line, .dictionary(try parsePairs()))
        default:
            throw failure("an expression is missing before \(describe(token))")
        }
    }

    private mutating func parseMembers(closing: String) throws(PromptError) -> [Expression] {
        var members: [Expression] = []
        while !isSymbol(closing) {
            if !members.isEmpty { try expect(",") }
            if isSymbol(closing) { break }
            members.append(try parseExpression())
        }
        try expect(closing)
        return members
    }

    private mutating func parsePairs() throws(PromptError) -> [(key: Expression, value: Expression)] {
        var pairs: [(key: Expression, value: Expression)] = []
        while !isSymbol("}") {
            if !pairs.isEmpty { try expect(",") }
            if isSymbol("}") { break }
            let key = try parseExpression()
            try expect(":")
            pairs.append((key, try parseExpression()))
        }
        try expect("}")
        return pairs
    }

    private mutating func parsePostfix(_ start: Expression) throws(PromptError) -> Expression {
        var value = start
        while true {
            let line = token.line
            if accept(".") {
                if case .int(let position) = token.kind {
                    advance()
                    let key = try node(line, .literal(.int(position)))
                    value = try node(line, .item(value, key))
                } else {
                    value = try node(line, .attribute(value, try expectName()))
                }
            } else if accept("[") {
                value = try parseSubscript(of: value, line: line)
            } else if isSymbol("(") {
                value = try node(line, .call(value, try parseArguments()))
            } else {
                return value
            }
        }
    }

    private mutating func parseSubscript(of value: Expression, line: Int) throws(PromptError) -> Expression {
        var parts: [Expression?] = [nil]
        while !isSymbol("]") {
            if accept(":") {
                parts.append(nil)
                guard parts.count <= 3 else { throw failure("a slice has at most three parts") }
            } else {
                guard parts[parts.count - 1] == nil else { throw failure("']' is missing before \(describe(token))") }
                parts[parts.count - 1] = try parseTupleOrExpression()
            }
        }
        try expect("]")
        if parts.count == 1 {
            guard let key = parts[0] else { throw failure("an index is missing") }
            return try node(line, .item(value, key))
        }
        return try node(line, .slice(value, start: parts[0], stop: parts[1], step: parts.count > 2 ? parts[2] : nil))
    }

    mutating func parseArguments() throws(PromptError) -> [Expression.Argument] {
        try expect("(")
        var arguments: [Expression.Argument] = []
        while !isSymbol(")") {
            if !arguments.isEmpty { try expect(",") }
            if isSymbol(")") { break }
            if accept("*") {
                arguments.append(Expression.Argument(form: .spread, value: try parseExpression()))
            } else if accept("**") {
                arguments.append(Expression.Argument(form: .spreadNamed, value: try parseExpression()))
            } else if case .name(let name) = token.kind,
                tokens[min(index + 1, tokens.count - 1)].kind == .symbol("=")
            {
                advance()
                advance()
                arguments.append(Expression.Argument(form: .named(name), value: try parseExpression()))
            } else {
                arguments.append(Expression.Argument(form: .positional, value: try parseExpression()))
            }
        }
        try expect(")")
        return arguments
    }

    mutating func parseFilterCall() throws(PromptError) -> FilterCall {
        let line = token.line
        let name = try expectName()
        return FilterCall(name: name, arguments: isSymbol("(") ? try parseArguments() : [], line: line)
    }

    private mutating func parseFiltersAndTests(_ start: Expression) throws(PromptError) -> Expression {
        var value = start
        while true {
            let line = token.line
            if accept("|") {
                value = try node(line, .filter(value, try parseFilterCall()))
            } else if acceptName("is") {
                value = try parseTest(of: value, line: line)
            } else if isSymbol("(") {
                value = try node(line, .call(value, try parseArguments()))
            } else {
                return value
            }
        }
    }

    private mutating func parseTest(of value: Expression, line: Int) throws(PromptError) -> Expression {
        let isNegated = acceptName("not")
        let name: String
        if case .symbol(let symbol) = token.kind, Expression.ComparisonOperator(rawValue: symbol) != nil {
            advance()
            name = symbol
        } else {
            name = try expectName()
        }
        var arguments: [Expression.Argument] = []
        switch token.kind {
        case .symbol("("):
            arguments = try parseArguments()
        case .name(let next) where ["else", "or", "and", "is", "if", "not", "in", "recursive"].contains(next):
            break
        case .name, .string, .int, .double, .symbol("["), .symbol("{"):
            let operand = try parsePostfix(try parsePrimary())
            arguments = [Expression.Argument(form: .positional, value: operand)]
        default:
            break
        }
        return try node(line, .test(value, name: name, arguments: arguments, isNegated: isNegated))
    }
}
