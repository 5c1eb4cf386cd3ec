import MartletCore

/// A pre-tokenizer of the file.
enum SplitStep: Sendable {
    /// `ByteLevel`: pieces are bytes from here on.
    case bytes(splitsWords: Bool, addsSpace: Bool)
    /// `Metaspace` with `▁`.
    case mark(splits: Bool, Splitter.PrefixScheme)
    /// Any other, with a text that tells it from others.
    case plain(Splitter, signature: String)

    /// What it does.
    var splitters: [Splitter] {
        switch self {
        case .bytes(let splitsWords, let addsSpace):
            (addsSpace ? [.spacePrefix] : [])
                + (splitsWords ? [.pattern(.rule(.gpt2), .isolated, isInverted: false)] : [])
        case .mark(let splits, let scheme): [.mark([0xE2, 0x96, 0x81], scheme, splits: splits)]
        case .plain(let splitter, _): [splitter]
        }
    }

    /// A text that tells the step from others.
    var signature: String {
        switch self {
        case .bytes(let splitsWords, let addsSpace): "bytes\(splitsWords ? " words" : "")\(addsSpace ? " space" : "")"
        case .mark(let splits, let scheme): "mark \(splits) \(scheme.rawValue)"
        case .plain(_, let signature): signature
        }
    }
}

extension TokenizerFileReader {
    /// The pre-tokenizers of a component in order.
    func splitSteps(_ value: JSONValue?) throws(PromptError) -> [SplitStep] {
        guard let value else { return [] }
        var steps: [SplitStep] = []
        try collect(value, &steps)
        var isBytes = false
        for step in steps {
            if isBytes {
                // Digits and line ends are written alike in both alphabets; nothing else is safe to look for.
                guard step.signature == "split [0-9][0-9][0-9] isolated false" else {
                    throw unknown("a pre-tokenizer after ByteLevel")
                }
            }
            if case .bytes = step { isBytes = true }
        }
        return steps
    }

    private func collect(_ value: JSONValue, _ steps: inout [SplitStep]) throws(PromptError) {
        let kind = try kind(value, "pre-tokenizer")
        if kind == "Sequence" {
            for part in value["pretokenizers"]?.array ?? [] { try collect(part, &steps) }
        } else {
            steps.append(try step(kind, value))
        }
    }

    private func step(_ kind: String, _ value: JSONValue) throws(PromptError) -> SplitStep {
        switch kind {
        case "BertPreTokenizer": return .plain(.bert, signature: "bert")
        case "Whitespace": return .plain(.words, signature: "words")
        case "WhitespaceSplit": return .plain(.whiteSpace, signature: "white space")
        case "Digits":
            let individually = value["individual_digits"]?.bool ?? false
            return .plain(.digits(individually: individually), signature: "digits \(individually)")
        case "Punctuation":
            let behavior = try behavior(value, standard: .isolated)
            return .plain(.punctuation(behavior), signature: "punctuation \(behavior)")
        case "CharDelimiterSplit":
            guard let text = value["delimiter"]?.string else { throw .unreadable(file, "\(kind) has no delimiter") }
            return .plain(.text(Array(text.utf8), .removed, isInverted: false), signature: "delimiter \(text)")
        case "ByteLevel":
            return .bytes(
                splitsWords: value["use_regex"]?.bool ?? true,
                addsSpace: value["add_prefix_space"]?.bool ?? true
            )
        case "Metaspace":
            guard value["replacement"]?.string ?? "▁" == "▁" else {
                throw unknown("Metaspace with another mark than ▁")
            }
            let standard: Splitter.PrefixScheme = value["add_prefix_space"]?.bool ?? true ? .always : .never
            let name = value["prepend_scheme"]?.string
            guard let scheme = name.map({ Splitter.PrefixScheme(rawValue: $0) }) ?? standard else {
                throw unknown("Metaspace with the prepend_scheme \(name?.prefix(40) ?? "")")
            }
            return .mark(splits: value["split"]?.bool ?? true, scheme)
        case "Split":
            let behavior = try behavior(value, standard: nil)
            let isInverted = value["invert"]?.bool ?? false
            let source = value["pattern"]?["Regex"]?.string ?? value["pattern"]?["String"]?.string ?? ""
            let signature = "split \(source) \(behavior) \(isInverted)"
            switch try pattern(value, kind) {
            case .text(let text): return .plain(.text(text, behavior, isInverted: isInverted), signature: signature)
            case .pattern(let pattern):
                return .plain(.pattern(pattern, behavior, isInverted: isInverted), signature: signature)
            }
        default: throw unknown("the pre-tokenizer \(kind.prefix(40))")
        }
    }

    private func behavior(_ value: JSONValue, standard: SplitBehavior?) throws(PromptError) -> SplitBehavior {
        guard let name = value["behavior"]?.string else {
            if let standard { return standard }
            throw .unreadable(file, "Split has no behavior")
        }
        guard let first = name.first, let behavior = SplitBehavior(rawValue: first.lowercased() + name.dropFirst())
        else {
            throw unknown("the split behavior \(name.prefix(40))")
        }
        return behavior
    }
}
