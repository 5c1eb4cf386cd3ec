/// The unigram language model: the split of a text whose tokens' scores have the greatest sum.
///
/// - SeeAlso: Kudo 2018, arXiv:1804.10959.
struct UnigramModel: Sendable {
    /// Whose sums decide: sentencepiece adds 32-bit numbers, Hugging Face tokenizers 64-bit ones.
    enum Precision: Hashable, Sendable {
        case single
        case double
    }

    private let trie: ByteTrie
    private let singles: [Float]
    private let doubles: [Double]
    private let precision: Precision
    private let unknownScore: Double
    private let unknown: Int32?
    /// The token of each byte, or -1; bytes stand for what no token spells when all its bytes have one.
    private let byteTokens: [Int32]

    /// The unknown token's score lies this far below the lowest.
    private static let unknownPenalty = 10.0

    /// - Parameters:
    ///   - members: The tokens that text can reach.
    ///   - scores: One for each token of `texts`.
    ///   - lowest: The lowest score, from which that of the unknown token is reckoned.
    init(
        _ texts: TokenTable,
        members: [Int32],
        scores: [Double],
        lowest: Double,
        unknown: Int32?,
        byteTokens: [Int32],
        precision: Precision
    ) {
        trie = ByteTrie(texts, members: members)
        self.precision = precision
        singles = precision == .single ? scores.map { Float($0) } : []
        doubles = precision == .double ? scores : []
        unknownScore = lowest - Self.unknownPenalty
        self.unknown = unknown
        self.byteTokens = byteTokens
    }

    /// The best way to reach a place in a text.
    struct Step<Score: BinaryFloatingPoint & Sendable>: Sendable {
        var score: Score = 0
        var start: Int32 = -1
        /// The token that ends here, -1 for a scalar that no token spells.
        var token: Int32 = -1
    }

    /// Memory that is kept from one text to the next.
    struct Scratch {
        fileprivate var singles: [Step<Float>] = []
        fileprivate var doubles: [Step<Double>] = []
        fileprivate var path: [(range: Range<Int>, token: Int32)] = []
    }

    /// Appends the tokens of `text`, valid UTF-8 under 2 GiB.
    ///
    /// - Complexity: O(n · m) for n bytes and tokens of at most m bytes.
    func encode(_ text: UnsafeRawBufferPointer, scratch: inout Scratch, to output: inout [Int32]) {
        guard !text.isEmpty else { return }
        scratch.path.removeAll(keepingCapacity: true)
        switch precision {
        case .single: search(text, singles, Float(Float(unknownScore)), &scratch.singles, &scratch.path)
        case .double: search(text, doubles, unknownScore, &scratch.doubles, &scratch.path)
        }
        // The path lies backwards; neighbours without a token become one.
        var index = scratch.path.count - 1
        while index >= 0 {
            let step = scratch.path[index]
            index -= 1
            if step.token >= 0 {
                output.append(step.token)
                continue
            }
            var end = step.range.upperBound
            while index >= 0, scratch.path[index].token < 0 {
                end = scratch.path[index].range.upperBound
                index -= 1
            }
            emitUnknown(text, step.range.lowerBound..<end, &output)
        }
    }

    private func emitUnknown(_ text: UnsafeRawBufferPointer, _ range: Range<Int>, _ output: inout [Int32]) {
        if text[range].allSatisfy({ byteTokens[Int($0)] >= 0 }) {
            output.append(contentsOf: text[range].lazy.map { byteTokens[Int($0)] })
        } else if let unknown {
            output.append(unknown)
        }
    }

    private func search<Score>(
        _ text: UnsafeRawBufferPointer,
        _ scores: [Score],
        _ unknownScore: Score,
        _ steps: inout [Step<Score>],
        _ path: inout [(range: Range<Int>, token: Int32)]
    ) {
        steps.removeAll(keepingCapacity: true)
        steps.append(contentsOf: repeatElement(Step(), count: text.count + 1))
        steps.withUnsafeMutableBufferPointer { steps in
            trie.nodes.withUnsafeBufferPointer { nodes in
                scores.withUnsafeBufferPointer { scores in
                    var start = 0
                    while start < text.count {
                        let here = steps[start].score
                        let length = min(UTF8Text.length(text[start]), text.count - start)
                        var hasSingle = false
                        var node = 0
                        var end = start
                        while end < text.count {
                            node = ByteTrie.child(nodes, of: node, text[end])
                            if node < 0 { break }
                            end &+= 1
                            let token = nodes[node].token
                            if token < 0 { continue }
                            Self.offer(&steps[end], here + scores[Int(token)], start, token)
                            if end - start == length { hasSingle = true }
                        }
                        if !hasSingle { Self.offer(&steps[start + length], here + unknownScore, start, -1) }
                        start += length
                    }
                }
            }
        }
        var end = text.count
        while end > 0 {
            let start = Int(steps[end].start)
            path.append((start..<end, steps[end].token))
            end = start
        }
    }

    @inline(__always)
    private static func offer<Score>(_ step: inout Step<Score>, _ score: Score, _ start: Int, _ token: Int32) {
        guard step.start < 0 || score > step.score else { return }
        step = Step(score: score, start: Int32(truncatingIfNeeded: start), token: token)
    }
}
