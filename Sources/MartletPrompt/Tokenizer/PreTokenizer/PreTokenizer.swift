/// Splits text into the pieces within which tokens are merged.
struct PreTokenizer: Sendable {
    /// Applied one after the other, each to the pieces of the one before.
    let rules: [SplitRule]
    /// Whether a piece that is a token is that token, whatever the merges say.
    let prefersWholePieces: Bool
    /// Whether sequences begin with BOS when the file does not say.
    let addsBOS: Bool

    init(_ rules: [SplitRule], prefersWholePieces: Bool = false, addsBOS: Bool = false) {
        self.rules = rules
        self.prefersWholePieces = prefersWholePieces
        self.addsBOS = addsBOS
    }

    /// Calls `body` with the scalars of each piece of `text`, in order.
    ///
    /// - Complexity: O(n) for each rule.
    func forEachPiece(of text: borrowing ScalarText, _ body: (Range<Int>) -> Void) {
        split(text, 0..<text.count, rule: 0, body)
    }

    private func split(
        _ text: borrowing ScalarText,
        _ range: Range<Int>,
        rule index: Int,
        _ body: (Range<Int>) -> Void
    ) {
        guard index < rules.count else {
            body(range)
            return
        }
        let rule = rules[index]
        var start = range.lowerBound
        var gapStart = start
        while start < range.upperBound {
            switch rule.step(text, at: start, end: range.upperBound) {
            case .gap(let next):
                start = next
            case .match(let end):
                if gapStart < start { split(text, gapStart..<start, rule: index + 1, body) }
                split(text, start..<end, rule: index + 1, body)
                start = end
                gapStart = end
            }
        }
        if gapStart < range.upperBound { split(text, gapStart..<range.upperBound, rule: index + 1, body) }
    }
}

/// The rules by name.
extension PreTokenizer {
    private static let gpt2 = PreTokenizer([.gpt2])
    private static let digitsThenGPT2 = PreTokenizer([.numbers(maximum: 1), .gpt2])
    private static let llama3 = PreTokenizer([.words(.init(digits: 3))])
    private static let llama3Whole = PreTokenizer([.words(.init(digits: 3))], prefersWholePieces: true, addsBOS: true)
    private static let qwen2 = PreTokenizer([.words(.init())])
    private static let gpt4o = PreTokenizer([.casedWords(digits: 3, contractions: true)])
    private static let deepSeekV3 = PreTokenizer([.numbers(maximum: 3), .set(.deepSeekV3Scripts), .deepSeekWords])
    private static let bloom = PreTokenizer([.notSet(.bloomBreaks)])

    /// What each name in `tokenizer.ggml.pre` means; several names often share a rule.
    static let named: [String: PreTokenizer] = [
        "default": PreTokenizer([
            .punctuation(graveAccent: false), .gpt2, .numbers(maximum: .max), .threeDigits,
        ]),
        "gpt-2": gpt2, "gpt2": gpt2, "phi-2": gpt2, "mpt": gpt2, "olmo": gpt2, "jais": gpt2, "trillion": gpt2,
        "granite-docling": gpt2, "gigachat": gpt2, "a.x-4.0": gpt2, "mellum": gpt2, "modern-bert": gpt2,
        "exaone4": gpt2, "roberta-bpe": gpt2, "jina-es": gpt2, "jina-de": gpt2, "jina-v2-es": gpt2,
        "jina-v2-de": gpt2, "jina-v1-en": gpt2, "jina-v2-code": gpt2,
        "smollm": digitsThenGPT2, "starcoder": digitsThenGPT2, "refact": digitsThenGPT2,
        "command-r": digitsThenGPT2, "codeshell": digitsThenGPT2, "exaone": digitsThenGPT2,
        "minerva-7b": digitsThenGPT2, "mellum2": digitsThenGPT2,
        "llama3": llama3Whole, "llama-v3": llama3Whole, "llama-bpe": llama3Whole, "falcon3": llama3Whole,
        "falcon-h1": llama3Whole, "pixtral": llama3Whole, "midm-2.0": llama3Whole, "lfm2": llama3Whole,
        "jina-v5-nano": llama3Whole,
        "dbrx": llama3, "smaug-bpe": llama3, "chatglm-bpe": llama3,
        "glm4": PreTokenizer(llama3.rules, prefersWholePieces: true),
        "glm5": PreTokenizer(llama3.rules, prefersWholePieces: true),
        "minicpm5": PreTokenizer([.words(.init(digits: .max))], prefersWholePieces: true),
        "qwen2": qwen2, "stablelm2": qwen2, "deepseek-r1-qwen": qwen2, "kormo": qwen2, "f2llmv2": qwen2,
        "megrez": qwen2, "hunyuan": qwen2, "solar-open": qwen2, "grok-2": qwen2, "bailingmoe": qwen2,
        "bailingmoe2": qwen2, "llada-moe": qwen2,
        "qwen35": PreTokenizer([.words(.init(marks: true))]),
        "seed-coder": PreTokenizer([.words(.init(takesNewlines: false))]),
        "ufakzeka": PreTokenizer([.words(.init(contractions: false))]),
        "tekken": PreTokenizer([.casedWords(digits: 1, contractions: false)], prefersWholePieces: true, addsBOS: true),
        "gpt-4o": gpt4o, "llama4": gpt4o, "kanana2": gpt4o, "talkie": gpt4o, "minimax-m2": gpt4o,
        "deepseek-llm": PreTokenizer([
            .newlines, .spacedSet(.deepSeekLetters), .spacedSet(.deepSeekPunctuation), .trailingSpace,
            .set(.deepSeekScripts), .numbers(maximum: .max),
        ]),
        "deepseek-coder": PreTokenizer([
            .newlines, .spacedClass(ScalarClass.letter), .spacedClass(ScalarClass.punctuation),
            .set(.deepSeekScripts), .numbers(maximum: 1),
        ]),
        "deepseek-v3": deepSeekV3, "deepseek-r1": deepSeekV3, "hunyuan-dense": deepSeekV3, "joyai-llm": deepSeekV3,
        "hy_v4": deepSeekV3,
        "falcon": PreTokenizer([.punctuation(graveAccent: true), .gpt2, .threeDigits]),
        "bloom": bloom, "poro-chat": bloom, "gpt3-finnish": bloom,
        "viking": PreTokenizer(bloom.rules + [.numbers(maximum: 1)]),
    ]

    /// The rules that `description` names, or the default ones when it names none.
    ///
    /// - Throws: ``PromptError/Code/unsupportedPreTokenizer`` for an unknown name: a wrong rule would quietly spoil
    ///   every answer.
    static func find(_ description: VocabularyDescription) throws(PromptError) -> PreTokenizer {
        let name = description.preTokenizer ?? "default"
        if let known = named[name.isEmpty ? "default" : name] { return known }
        let bounded = String(name.prefix(64))
        let nearest = named.keys.min { left, right in
            let (first, second) = (distance(left, bounded), distance(right, bounded))
            return first == second ? left < right : first < second
        }
        throw PromptError(
            .unsupportedPreTokenizer,
            "the vocabulary of \(description.nameForMessages) splits text by the unknown rule “\(bounded)”",
            remedy: "If its rule is the same as a known one, set tokenizer.ggml.pre in the file to that name, "
                + "such as “\(nearest ?? "default")”; otherwise choose another model"
        )
    }

    /// Levenshtein's distance: how many scalars to insert, delete or replace.
    private static func distance(_ left: String, _ right: String) -> Int {
        let target = Array(right.unicodeScalars)
        var row = Array(0...target.count)
        for (index, scalar) in left.unicodeScalars.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in target.indices {
                let replaced = diagonal + (scalar == target[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[target.count]
    }
}
