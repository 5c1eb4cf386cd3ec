/// The scanners behind ``SplitRule``: each takes the index of a scalar and says where the piece ends that begins there.
struct Scanner {
    let values: [UInt32]
    let classes: [UInt16]
    /// Nothing at or after this index is looked at.
    let end: Int

    /// Where the run of scalars of any class in `mask` that begins at `start` ends.
    func run(of mask: UInt16, from start: Int, maximum: Int = .max) -> Int {
        var index = start
        let stop = maximum < end - start ? start + maximum : end
        while index < stop, classes[index] & mask != 0 { index += 1 }
        return index
    }

    /// Where the run of scalars of no class in `mask` that begins at `start` ends.
    func run(without mask: UInt16, from start: Int) -> Int {
        var index = start
        while index < end, classes[index] & mask == 0 { index += 1 }
        return index
    }

    /// The index after one white space at `start`, or `start`.
    func afterSpace(_ start: Int) -> Int {
        classes[start] & ScalarClass.space != 0 ? start + 1 : start
    }

    /// The piece from `start` on that ends with the run of members beginning at `first`, which must not be empty.
    func found(_ start: Int, from first: Int, isMember: (Int) -> Bool) -> SplitRule.Step {
        var index = first
        while index < end, isMember(index) { index += 1 }
        return index > first ? .match(index) : .gap(start + 1)
    }

    /// The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `start`, or 0.
    ///
    /// Ignoring case brings in U+017F, the long s, which folds to s.
    func contraction(_ start: Int, ignoresCase: Bool) -> Int {
        guard values[start] == 0x27, start + 1 < end else { return 0 }
        func folded(_ index: Int) -> UInt32 {
            guard index < end else { return 0 }
            let value = values[index]
            guard ignoresCase else { return value }
            return value == 0x17F ? 0x73 : 0x41...0x5A ~= value ? value | 0x20 : value
        }
        switch folded(start + 1) {
        case 0x73, 0x74, 0x6D, 0x64: return 2
        case 0x72, 0x76: return folded(start + 2) == 0x65 ? 3 : 0
        case 0x6C: return folded(start + 2) == 0x6C ? 3 : 0
        default: return 0
        }
    }

    /// `\s+(?!\S)|\s+`, with `\s*[\r\n]+` before it when `newlinesFirst`; `start` is white space.
    func whiteSpace(_ start: Int, newlinesFirst: Bool) -> Int {
        let stop = run(of: ScalarClass.space, from: start)
        if newlinesFirst {
            var index = stop
            while index > start {
                if classes[index - 1] & ScalarClass.newline != 0 { return index }
                index -= 1
            }
        }
        return stop == end || stop == start + 1 ? stop : stop - 1
    }

    func gpt2(_ start: Int) -> Int {
        let length = contraction(start, ignoresCase: false)
        if length > 0 { return start + length }
        let other = ScalarClass.space | ScalarClass.letter | ScalarClass.number
        let first = values[start] == 0x20 && start + 1 < end ? start + 1 : start
        if classes[first] & ScalarClass.letter != 0 { return run(of: ScalarClass.letter, from: first) }
        if classes[first] & ScalarClass.number != 0 { return run(of: ScalarClass.number, from: first) }
        if classes[first] & other == 0 { return run(without: other, from: first) }
        return whiteSpace(start, newlinesFirst: false)
    }

    func words(_ start: Int, _ rule: SplitRule.WordRule) -> SplitRule.Step {
        if rule.contractions {
            let length = contraction(start, ignoresCase: true)
            if length > 0 { return .match(start + length) }
        }
        let letters = rule.marks ? ScalarClass.letter | ScalarClass.mark : ScalarClass.letter
        if classes[start] & letters != 0 { return .match(run(of: letters, from: start)) }
        if classes[start] & ScalarClass.number != 0 {
            return .match(run(of: ScalarClass.number, from: start, maximum: rule.digits))
        }
        if classes[start] & ScalarClass.newline == 0, start + 1 < end, classes[start + 1] & letters != 0 {
            return .match(run(of: letters, from: start + 1))
        }
        let other = ScalarClass.space | ScalarClass.number | letters
        let first = values[start] == 0x20 && start + 1 < end ? start + 1 : start
        if classes[first] & other == 0 {
            let stop = run(without: other, from: first)
            return .match(rule.takesNewlines ? run(of: ScalarClass.newline, from: stop) : stop)
        }
        return .match(whiteSpace(start, newlinesFirst: true))
    }

    func casedWords(_ start: Int, digits: Int, contractions: Bool) -> SplitRule.Step {
        let isPrefix = classes[start] & (ScalarClass.newline | ScalarClass.letter | ScalarClass.number) == 0
        let word =
            (isPrefix ? upperThenLower(start + 1) : nil) ?? upperThenLower(start)
            ?? (isPrefix ? upperOnly(start + 1) : nil) ?? upperOnly(start)
        if let word {
            let length = contractions && word < end ? contraction(word, ignoresCase: true) : 0
            return .match(word + length)
        }
        if classes[start] & ScalarClass.number != 0 {
            return .match(run(of: ScalarClass.number, from: start, maximum: digits))
        }
        let other = ScalarClass.space | ScalarClass.letter | ScalarClass.number
        let first = values[start] == 0x20 && start + 1 < end ? start + 1 : start
        if classes[first] & other == 0 {
            var index = run(without: other, from: first)
            while index < end, classes[index] & ScalarClass.newline != 0 || values[index] == 0x2F { index += 1 }
            return .match(index)
        }
        return .match(whiteSpace(start, newlinesFirst: true))
    }

    /// `UPPER*LOWER+`: the run of UPPER gives back what it must for one LOWER.
    private func upperThenLower(_ start: Int) -> Int? {
        let upper = run(of: ScalarClass.upper, from: start)
        let lower = run(of: ScalarClass.lower, from: upper)
        if lower > upper { return lower }
        var index = upper
        while index > start {
            if classes[index - 1] & ScalarClass.lower != 0 { return index }
            index -= 1
        }
        return nil
    }

    /// The expression `UPPER+LOWER*`.
    private func upperOnly(_ start: Int) -> Int? {
        let upper = run(of: ScalarClass.upper, from: start)
        return upper > start ? run(of: ScalarClass.lower, from: upper) : nil
    }

    func deepSeekWords(_ start: Int) -> SplitRule.Step {
        func isASCIILetter(_ index: Int) -> Bool {
            index < end && (0x41...0x5A ~= values[index] || 0x61...0x7A ~= values[index])
        }
        let signs = ScalarClass.punctuation | ScalarClass.symbol
        if 0x21...0x7E ~= values[start], classes[start] & signs != 0, isASCIILetter(start + 1) {
            var index = start + 1
            while isASCIILetter(index) { index += 1 }
            return .match(index)
        }
        let letters = ScalarClass.letter | ScalarClass.mark
        if classes[start] & letters != 0 { return .match(run(of: letters, from: start)) }
        if classes[start] & (ScalarClass.newline | signs) == 0, start + 1 < end, classes[start + 1] & letters != 0 {
            return .match(run(of: letters, from: start + 1))
        }
        let first = values[start] == 0x20 && start + 1 < end ? start + 1 : start
        if classes[first] & signs != 0 {
            return .match(run(of: ScalarClass.newline, from: run(of: signs, from: first)))
        }
        if classes[start] & ScalarClass.space != 0 { return .match(whiteSpace(start, newlinesFirst: true)) }
        return .gap(start + 1)
    }
}
