#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The functions that every template may call.
enum TemplateGlobals {
    static func functions(unixTime: Int?) -> [String: Value] {
        [
            "range": makeMethod("range") { arguments throws(PromptError) in try range(arguments) },
            "dict": makeMethod("dict") { arguments in
                var dictionary = ValueDictionary()
                for argument in arguments.named { dictionary[argument.name] = argument.value }
                return .dictionary(dictionary)
            },
            "namespace": makeKept("namespace") { arguments in
                let namespace = Value.Namespace()
                if case .dictionary(let members)? = arguments.positional.first { namespace.members = members }
                for argument in arguments.named { namespace.members[argument.name] = argument.value }
                return namespace
            },
            "joiner": makeMethod("joiner") { arguments in makeJoiner(arguments) },
            "cycler": makeKept("cycler") { arguments throws(PromptError) in try makeCycler(arguments) },
            "raise_exception": makeMethod("raise_exception") { arguments throws(PromptError) in
                let message = arguments.positional.first.map { PythonText.string(of: $0).text } ?? "no reason given"
                throw PromptError(
                    .templateRaised,
                    "The model's chat template refuses these messages: \(message.prefix(300))",
                    remedy: "Send roles in the order that the model expects, or give another template with "
                        + "--chat-template"
                )
            },
            "strftime_now": makeMethod("strftime_now") { arguments throws(PromptError) in
                let format = try StringMethods.string(arguments.positional.first, for: "strftime_now").text
                return .text(try formatted(format, unixTime: unixTime))
            },
        ]
    }

    /// A function that makes a namespace, which is kept until the template ends.
    private static func makeKept(
        _ name: String,
        _ make: @escaping (Value.Arguments) throws(PromptError) -> Value.Namespace
    ) -> Value {
        .function(
            Value.Function(name: name) { interpreter, arguments throws(PromptError) in
                let namespace = try make(arguments)
                interpreter.keepsakes.namespaces.append(namespace)
                return .namespace(namespace)
            }
        )
    }

    private static func range(_ arguments: Value.Arguments) throws(PromptError) -> Value {
        var bounds: [Int] = []
        for argument in arguments.positional {
            guard let number = argument.integer else {
                throw .template("range needs whole numbers, not a \(argument.typeName)", line: 0)
            }
            bounds.append(number)
        }
        let first = bounds.count > 1 ? bounds[0] : 0
        let last = bounds.count > 1 ? bounds[1] : bounds.first ?? 0
        let step = bounds.count > 2 ? bounds[2] : 1
        guard (1...3).contains(bounds.count), step != 0 else {
            throw .template("range needs one to three numbers and a step other than 0", line: 0)
        }
        let distance = last.subtractingReportingOverflow(first)
        guard !distance.overflow, abs(distance.partialValue / step) <= 100_000 else {
            throw .template("a range has more than 100,000 members", line: 0)
        }
        return .list(stride(from: first, to: last, by: step).map { .int($0) })
    }

    private static func makeJoiner(_ arguments: Value.Arguments) -> Value {
        // A text in any case: separators can't lie in each other.
        let separator = Value.string(
            arguments.value(0, "sep").map { PythonText.string(of: $0) } ?? TemplateString(", ")
        )
        let state = Value.Namespace()
        return makeMethod("joiner") { _ in
            defer { state.members["used"] = .bool(true) }
            return state.members["used"] == nil ? .string(TemplateString()) : separator
        }
    }

    private static func makeCycler(_ arguments: Value.Arguments) throws(PromptError) -> Value.Namespace {
        let items = arguments.positional
        guard !items.isEmpty else { throw .template("cycler needs values", line: 0) }
        let cycler = Value.Namespace()
        cycler.members["current"] = items[0]
        var index = 0
        // A namespace that holds its own functions would never be freed.
        cycler.members["next"] = makeMethod("next") { [weak cycler] _ in
            let item = items[index]
            index = (index + 1) % items.count
            cycler?.members["current"] = items[index]
            return item
        }
        cycler.members["reset"] = makeMethod("reset") { [weak cycler] _ in
            index = 0
            cycler?.members["current"] = items[0]
            return .none
        }
        return cycler
    }

    /// `strftime` in the local time zone.
    static func formatted(_ format: String, unixTime: Int?) throws(PromptError) -> String {
        guard !format.isEmpty, format.utf8.count <= 256, !format.utf8.contains(0) else {
            throw .template("strftime_now needs a format of 1 to 256 bytes", line: 0)
        }
        var moment = unixTime.map { time_t($0) } ?? time(nil)
        var parts = tm()
        guard localtime_r(&moment, &parts) != nil else {
            throw .template("strftime_now was given a time that has no date", line: 0)
        }
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = buffer.withMemoryRebound(to: CChar.self) { strftime($0.baseAddress, $0.count, format, &parts) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
