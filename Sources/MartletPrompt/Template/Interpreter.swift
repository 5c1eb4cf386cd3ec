/// Runs a parsed template: no files, no network, no environment; steps, depth and output are bounded.
struct Interpreter {
    /// Names visible at a point of the template.
    final class Scope {
        var values: [String: Value] = [:]
        let parent: Scope?

        init(parent: Scope?) {
            self.parent = parent
        }

        func lookUp(_ name: String) -> Value? {
            var scope: Scope? = self
            while let current = scope {
                if let value = current.values[name] { return value }
                scope = current.parent
            }
            return nil
        }
    }

    private enum Flow { case next, leaveLoop, continueLoop }

    let limits: ChatTemplate.Limits
    var scope: Scope
    let keepsakes = Keepsakes()
    private var output = TemplateString()
    private var stepCount = 0
    private var depth = 0
    private var loopDepth = 0

    init(limits: ChatTemplate.Limits, globals: [String: Value]) {
        self.limits = limits
        scope = Scope(parent: nil)
        scope.values = globals
    }

    /// Runs `statements` and returns what they print.
    mutating func run(_ statements: [Statement]) throws(PromptError) -> TemplateString {
        scope = Scope(parent: scope)
        defer { keepsakes.empty() }
        _ = try execute(statements)
        return output
    }

    /// Counts work, in nodes visited and characters copied, against the limit.
    mutating func charge(_ steps: Int, line: Int) throws(PromptError) {
        stepCount += steps
        guard stepCount <= limits.steps else {
            throw .template("it does not end within \(limits.steps) steps", line: line).recoded(.templateLimit)
        }
    }

    /// Runs `body` one level deeper.
    mutating func descend<Result>(
        line: Int,
        _ body: (inout Interpreter) throws(PromptError) -> Result
    ) throws(PromptError) -> Result {
        guard depth < limits.depth else {
            throw .template("it calls itself too deeply", line: line).recoded(.templateLimit)
        }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    private mutating func write(_ text: TemplateString, line: Int) throws(PromptError) {
        guard output.count + text.count <= limits.outputLength else {
            throw .template("its text exceeds \(limits.outputLength) characters", line: line).recoded(.templateLimit)
        }
        try charge(1 + text.count / 16, line: line)
        output.append(text)
    }

    /// What `body` prints, apart from the output so far; names that it sets stay inside.
    mutating func capture(_ body: [Statement], in inner: Scope) throws(PromptError) -> TemplateString {
        let outerOutput = output
        let outerScope = scope
        output = TemplateString()
        scope = inner
        defer {
            output = outerOutput
            scope = outerScope
        }
        _ = try execute(body)
        return output
    }

    private mutating func execute(_ statements: [Statement]) throws(PromptError) -> Flow {
        for statement in statements {
            try charge(1, line: statement.line)
            let flow = try descend(line: statement.line) { interpreter throws(PromptError) in
                try interpreter.execute(statement)
            }
            guard flow == .next else { return flow }
        }
        return .next
    }

    private mutating func execute(_ statement: Statement) throws(PromptError) -> Flow {
        let line = statement.line
        switch statement.kind {
        case .text(let text):
            try write(text, line: line)
        case .output(let expression):
            let value = try evaluate(expression)
            try charge(walking: value, line: line)
            try write(PythonText.string(of: value), line: line)
        case .conditional(let branches, let otherwise):
            for branch in branches where try evaluate(branch.condition).isTrue {
                return try execute(branch.body)
            }
            return try execute(otherwise)
        case .loop(let loop):
            try execute(loop, items: try items(of: try evaluate(loop.source), line: line), depth: 1, line: line)
        case .assignment(let target, let value):
            try assign(try evaluate(value), to: target, line: line)
        case .blockAssignment(let target, let filters, let body):
            let text = try capture(body, in: Scope(parent: scope))
            try assign(try apply(filters, to: .string(text)), to: target, line: line)
        case .macro(let macro):
            let closure = makeMacro(name: macro.name, parameters: macro.parameters, body: macro.body)
            scope.values[macro.name] = .function(closure)
        case .callBlock(let parameters, let call, let body):
            let caller = makeMacro(name: "caller", parameters: parameters, body: body)
            let value = try evaluateCall(call, caller: .function(caller))
            try charge(walking: value, line: line)
            try write(PythonText.string(of: value), line: line)
        case .filterBlock(let filters, let body):
            let text = try capture(body, in: Scope(parent: scope))
            let value = try apply(filters, to: .string(text))
            try charge(walking: value, line: line)
            try write(PythonText.string(of: value), line: line)
        case .scope(let bindings, let body):
            return try execute(body, binding: bindings)
        case .breakLoop, .continueLoop:
            guard loopDepth > 0 else { throw .template("break or continue stands outside a loop", line: line) }
            if case .breakLoop = statement.kind { return .leaveLoop }
            return .continueLoop
        }
        return .next
    }

    private mutating func execute(
        _ body: [Statement],
        binding bindings: [(name: String, value: Expression)]
    ) throws(PromptError) -> Flow {
        let outer = scope
        let inner = Scope(parent: outer)
        for binding in bindings {
            let value = try evaluate(binding.value)
            try checkKeeping(value, line: binding.value.line)
            inner.values[binding.name] = value
        }
        scope = inner
        defer { scope = outer }
        return try execute(body)
    }

    private mutating func execute(
        _ loop: Statement.Loop,
        items: [Value],
        depth: Int,
        line: Int
    ) throws(PromptError) {
        let outer = scope
        defer { scope = outer }
        var chosen = items
        if let condition = loop.condition {
            chosen = []
            for item in items {
                scope = Scope(parent: outer)
                try assign(item, to: loop.target, line: line)
                if try evaluate(condition).isTrue { chosen.append(item) }
            }
        }
        guard !chosen.isEmpty else {
            scope = Scope(parent: outer)
            _ = try execute(loop.otherwise)
            return
        }
        let state = LoopState(items: chosen, depth: depth)
        if loop.isRecursive { state.recurse = recursion(of: loop, depth: depth, line: line) }
        loopDepth += 1
        defer {
            loopDepth -= 1
            // It may hold the loop itself.
            state.lastChanged = nil
        }
        for (index, item) in chosen.enumerated() {
            state.index = index
            scope = Scope(parent: outer)
            scope.values["loop"] = .loop(state)
            try assign(item, to: loop.target, line: line)
            if try execute(loop.body) == .leaveLoop { break }
        }
    }

    private func recursion(of loop: Statement.Loop, depth: Int, line: Int) -> Value.Function {
        let home = scope
        return Value.Function(name: "loop") { interpreter, arguments throws(PromptError) in
            let source = arguments.value(0, "items") ?? .none
            let items = try interpreter.items(of: source, line: line)
            let outerScope = interpreter.scope
            let outerOutput = interpreter.output
            interpreter.scope = home
            interpreter.output = TemplateString()
            defer {
                interpreter.scope = outerScope
                interpreter.output = outerOutput
            }
            try interpreter.descend(line: line) { interpreter throws(PromptError) in
                try interpreter.execute(loop, items: items, depth: depth + 1, line: line)
            }
            return .string(interpreter.output)
        }
    }

    private mutating func assign(_ value: Value, to target: Target, line: Int) throws(PromptError) {
        switch target {
        case .name(let name):
            try checkKeeping(value, line: line)
            scope.values[name] = value
        case .attribute(let object, let name):
            guard case .namespace(let namespace)? = scope.lookUp(object) else {
                throw .template("only a namespace's members can be set, and '\(object)' is none", line: line)
            }
            try checkKeeping(value, line: line)
            namespace.members[name] = value
        case .tuple(let targets):
            let values = try items(of: value, line: line)
            guard values.count == targets.count else {
                throw .template("\(values.count) values do not fit \(targets.count) names", line: line)
            }
            for (target, value) in zip(targets, values) { try assign(value, to: target, line: line) }
        }
    }

    private func makeMacro(
        name: String,
        parameters: [Statement.Parameter],
        body: [Statement]
    ) -> Value.Function {
        let home = scope
        keepsakes.scopes.append(home)
        return Value.Function(name: name) { interpreter, arguments throws(PromptError) in
            let inner = Scope(parent: home)
            var rest = arguments.named
            for (index, parameter) in parameters.enumerated() {
                if index < arguments.positional.count {
                    inner.values[parameter.name] = arguments.positional[index]
                } else if let position = rest.firstIndex(where: { $0.name == parameter.name }) {
                    inner.values[parameter.name] = rest.remove(at: position).value
                } else if let defaultValue = parameter.defaultValue {
                    let outer = interpreter.scope
                    interpreter.scope = inner
                    defer { interpreter.scope = outer }
                    inner.values[parameter.name] = try interpreter.evaluate(defaultValue)
                } else {
                    inner.values[parameter.name] = .undefined(parameter.name)
                }
            }
            if let position = rest.firstIndex(where: { $0.name == "caller" }) {
                inner.values["caller"] = rest.remove(at: position).value
            }
            inner.values["varargs"] = .tuple(Array(arguments.positional.dropFirst(parameters.count)))
            var named = ValueDictionary()
            for argument in rest { named[argument.name] = argument.value }
            inner.values["kwargs"] = .dictionary(named)
            let outerLoopDepth = interpreter.loopDepth
            interpreter.loopDepth = 0
            defer { interpreter.loopDepth = outerLoopDepth }
            return .string(try interpreter.capture(body, in: inner))
        }
    }
}
