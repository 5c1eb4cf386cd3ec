/// A piece of a template's source.
struct TemplateToken {
    enum Kind: Equatable {
        case text(TemplateString)
        case outputBegin
        case outputEnd
        case blockBegin
        case blockEnd
        case name(String)
        case string(TemplateString)
        case int(Int)
        case double(Double)
        case symbol(String)
        case end
    }

    let kind: Kind
    let line: Int
}

/// Cuts a template's source into tokens, white space handled as chat templates expect it
/// (`trim_blocks` and `lstrip_blocks` on, one trailing newline dropped).
struct TemplateLexer {
    private let source: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var tokens: [TemplateToken] = []
    /// Whether the last tag ended with a newline, so that the text after it begins a line.
    private var isLineStarting = true

    /// - Parameter source: The template; all kinds of line ends count as one newline.
    init(_ source: String) {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(source.unicodeScalars.count)
        for scalar in source.unicodeScalars {
            if scalar == "\n", scalars.last == "\r" {
                scalars[scalars.count - 1] = "\n"
            } else {
                if scalars.last == "\r" { scalars[scalars.count - 1] = "\n" }
                scalars.append(scalar)
            }
        }
        if scalars.last == "\r" { scalars[scalars.count - 1] = "\n" }
        if scalars.last == "\n" { scalars.removeLast() }
        self.source = scalars
    }

    /// All tokens, ending with `.end`.
    mutating func tokenize() throws(PromptError) -> [TemplateToken] {
        while index < source.count {
            let start = index
            guard let tag = nextTag() else {
                appendText(source[start...], stripsEnd: false)
                index = source.count
                break
            }
            try lexTag(tag, textStart: start)
        }
        tokens.append(TemplateToken(kind: .end, line: line))
        return tokens
    }

    private enum Tag { case output, block, comment }

    /// Moves to the next opening bracket; nil leaves the index where it was.
    private func tag(at position: Int) -> Tag? {
        guard position + 1 < source.count, source[position] == "{" else { return nil }
        switch source[position + 1] {
        case "{": return .output
        case "%": return .block
        case "#": return .comment
        default: return nil
        }
    }

    private mutating func nextTag() -> Tag? {
        var position = index
        while position < source.count {
            if let found = tag(at: position) {
                index = position
                return found
            }
            position += 1
        }
        return nil
    }

    private mutating func lexTag(_ tag: Tag, textStart: Int) throws(PromptError) {
        var text = source[textStart..<index]
        let textLine = line
        line += text.count { $0 == "\n" }
        index += 2
        let sign = index < source.count ? source[index] : " "
        if sign == "-" {
            while let last = text.last, TemplateString.isWhitespace(last.value) { text.removeLast() }
        } else if sign != "+", tag != .output {
            let lineStart = text.lastIndex(of: "\n").map { $0 + 1 } ?? text.startIndex
            if lineStart > text.startIndex || isLineStarting,
                text[lineStart...].allSatisfy({ TemplateString.isWhitespace($0.value) })
            {
                text = text[..<lineStart]
            }
        }
        if sign == "-" || (sign == "+" && tag != .output) { index += 1 }
        appendText(text, line: textLine)

        switch tag {
        case .comment: try skipComment()
        case .output: try lexExpression(begin: .outputBegin, end: .outputEnd, closing: "}")
        case .block:
            if try lexRaw() { return }
            try lexExpression(begin: .blockBegin, end: .blockEnd, closing: "%")
        }
    }

    private mutating func appendText(_ text: ArraySlice<Unicode.Scalar>, line: Int) {
        guard !text.isEmpty else { return }
        tokens.append(TemplateToken(kind: .text(TemplateString(units: text.map(\.value))), line: line))
    }

    private mutating func appendText(_ text: ArraySlice<Unicode.Scalar>, stripsEnd: Bool) {
        appendText(text, line: line)
        line += text.count { $0 == "\n" }
    }

    /// Handles what follows a closing bracket: `-` eats white space, otherwise a tag that is no output eats one newline.
    private mutating func finishTag(sign: Unicode.Scalar?, eatsNewline: Bool) {
        isLineStarting = false
        if sign == "-" {
            while index < source.count, TemplateString.isWhitespace(source[index].value) {
                isLineStarting = source[index] == "\n"
                if source[index] == "\n" { line += 1 }
                index += 1
            }
        } else if eatsNewline, sign != "+", index < source.count, source[index] == "\n" {
            index += 1
            line += 1
            isLineStarting = true
        }
    }

    private mutating func skipComment() throws(PromptError) {
        let begin = line
        while index + 1 < source.count {
            if source[index] == "#", source[index + 1] == "}" {
                let sign = source[index - 1]
                index += 2
                finishTag(sign: sign == "-" || sign == "+" ? sign : nil, eatsNewline: true)
                return
            }
            if source[index] == "\n" { line += 1 }
            index += 1
        }
        throw .template("a comment {# is never closed", line: begin)
    }

    /// `{% raw %} … {% endraw %}`; false, and nothing read, when the block is another.
    private mutating func lexRaw() throws(PromptError) -> Bool {
        guard let body = blockEnd(named: "raw", at: index) else { return false }
        let begin = line
        index = body.end
        finishTag(sign: body.sign, eatsNewline: true)
        let start = index
        while index < source.count {
            if tag(at: index) == .block {
                var position = index + 2
                let sign = position < source.count ? source[position] : " "
                if sign == "-" || sign == "+" { position += 1 }
                if let end = blockEnd(named: "endraw", at: position) {
                    var text = source[start..<index]
                    let textLine = line
                    line += text.count { $0 == "\n" }
                    if sign == "-" {
                        while let last = text.last, TemplateString.isWhitespace(last.value) { text.removeLast() }
                    }
                    appendText(text, line: textLine)
                    index = end.end
                    finishTag(sign: end.sign, eatsNewline: true)
                    return true
                }
            }
            index += 1
        }
        throw .template("{% raw %} is never closed", line: begin)
    }

    /// Matches `name %}` with any white space and sign at `position`.
    private func blockEnd(named name: String, at position: Int) -> (end: Int, sign: Unicode.Scalar?)? {
        var position = position
        func skipSpace() {
            while position < source.count, TemplateString.isWhitespace(source[position].value) { position += 1 }
        }
        skipSpace()
        for scalar in name.unicodeScalars {
            guard position < source.count, source[position] == scalar else { return nil }
            position += 1
        }
        skipSpace()
        var sign: Unicode.Scalar?
        if position < source.count, source[position] == "-" || source[position] == "+" {
            sign = source[position]
            position += 1
        }
        guard position + 1 < source.count, source[position] == "%", source[position + 1] == "}" else { return nil }
        return (position + 2, sign)
    }

    private mutating func lexExpression(
        begin: TemplateToken.Kind,
        end: TemplateToken.Kind,
        closing: Unicode.Scalar
    ) throws(PromptError) {
        let beginLine = line
        tokens.append(TemplateToken(kind: begin, line: line))
        var brackets: [Unicode.Scalar] = []
        while index < source.count {
            let scalar = source[index]
            if scalar == "\n" { line += 1 }
            if TemplateString.isWhitespace(scalar.value) {
                index += 1
                continue
            }
            if brackets.isEmpty, let sign = closingSign(closing) {
                tokens.append(TemplateToken(kind: end, line: line))
                finishTag(sign: sign.sign, eatsNewline: closing == "%")
                return
            }
            try lexToken(scalar, brackets: &brackets)
        }
        throw .template("a tag is never closed", line: beginLine)
    }

    /// Reads `}}`, `%}` with their signs at the index.
    private mutating func closingSign(_ closing: Unicode.Scalar) -> (sign: Unicode.Scalar?, Void)? {
        var position = index
        var sign: Unicode.Scalar?
        if source[position] == "-" || (source[position] == "+" && closing == "%") {
            sign = source[position]
            position += 1
        }
        guard position + 1 < source.count, source[position] == closing, source[position + 1] == "}" else { return nil }
        index = position + 2
        return (sign, ())
    }

    private mutating func lexToken(_ scalar: Unicode.Scalar, brackets: inout [Unicode.Scalar]) throws(PromptError) {
        let properties = scalar.properties
        if scalar == "_" || properties.isXIDStart {
            let start = index
            while index < source.count, source[index].properties.isXIDContinue { index += 1 }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: source[start..<index])
            tokens.append(TemplateToken(kind: .name(String(view)), line: line))
        } else if ("0"..."9").contains(scalar) {
            try lexNumber()
        } else if scalar == "\"" || scalar == "'" {
            try lexString(quote: scalar)
        } else {
            try lexSymbol(scalar, brackets: &brackets)
        }
    }

    private mutating func lexNumber() throws(PromptError) {
        var digits = ""
        var isDouble = false
        while index < source.count {
            let scalar = source[index]
            let next: Unicode.Scalar = index + 1 < source.count ? source[index + 1] : " "
            if ("0"..."9").contains(scalar) {
                digits.unicodeScalars.append(scalar)
            } else if scalar == ".", !isDouble, ("0"..."9").contains(next) {
                digits.append(".")
                isDouble = true
            } else if scalar == "e" || scalar == "E", ("0"..."9").contains(next) || next == "-" || next == "+" {
                digits.append("e")
                digits.unicodeScalars.append(next)
                index += 1
                isDouble = true
            } else if scalar != "_" {
                break
            }
            index += 1
        }
        if isDouble, let value = Double(digits) {
            tokens.append(TemplateToken(kind: .double(value), line: line))
        } else if !isDouble, let value = Int(digits) {
            tokens.append(TemplateToken(kind: .int(value), line: line))
        } else {
            throw .template("the number \(digits.prefix(40)) is out of range", line: line)
        }
    }

    private mutating func lexString(quote: Unicode.Scalar) throws(PromptError) {
        let begin = line
        var units: [UInt32] = []
        index += 1
        while index < source.count {
            let scalar = source[index]
            index += 1
            if scalar == quote {
                tokens.append(TemplateToken(kind: .string(TemplateString(units: units)), line: begin))
                return
            }
            if scalar == "\n" { line += 1 }
            if scalar == "\\", index < source.count {
                let escaped = source[index]
                index += 1
                switch escaped {
                case "n": units.append(0x0A)
                case "t": units.append(0x09)
                case "r": units.append(0x0D)
                case "a": units.append(0x07)
                case "b": units.append(0x08)
                case "f": units.append(0x0C)
                case "v": units.append(0x0B)
                case "0": units.append(0x00)
                case "\\", "'", "\"": units.append(escaped.value)
                case "\n": line += 1
                case "x": units.append(try hexadecimal(digits: 2))
                case "u": units.append(try hexadecimal(digits: 4))
                case "U": units.append(try hexadecimal(digits: 8))
                default: units += [scalar.value, escaped.value]
                }
            } else {
                units.append(scalar.value)
            }
        }
        throw .template("a string is never closed", line: begin)
    }

    private mutating func hexadecimal(digits: Int) throws(PromptError) -> UInt32 {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: source[index..<min(index + digits, source.count)])
        guard view.count == digits, let value = UInt32(String(view), radix: 16), Unicode.Scalar(value) != nil else {
            throw .template("a \\x, \\u or \\U escape names no character", line: line)
        }
        index += digits
        return value
    }

    private mutating func lexSymbol(_ scalar: Unicode.Scalar, brackets: inout [Unicode.Scalar]) throws(PromptError) {
        let next = index + 1 < source.count ? source[index + 1] : " "
        let pair = "\(scalar)\(next)"
        let symbol: String
        switch pair {
        case "==", "!=", "<=", ">=", "//", "**": symbol = pair
        default: symbol = String(Character(scalar))
        }
        switch scalar {
        case "(", "[", "{": brackets.append(scalar)
        case ")", "]", "}":
            let opening: Unicode.Scalar = scalar == ")" ? "(" : scalar == "]" ? "[" : "{"
            guard brackets.popLast() == opening else { throw .template("'\(scalar)' closes nothing", line: line) }
        case "+", "-", "*", "/", "%", "~", "<", ">", "=", "!", ".", ":", "|", ",": break
        default: throw .template("'\(scalar)' has no meaning here", line: line)
        }
        guard symbol != "!" else { throw .template("'!' has no meaning here; write 'not'", line: line) }
        index += symbol.unicodeScalars.count
        tokens.append(TemplateToken(kind: .symbol(symbol), line: line))
    }
}
