/// Texts sent in several requests, as a server takes only so many at once.
enum TextBatches {
    /// The most bytes of texts in one request where it has several.
    private static let byteCount = 512 << 10
    /// The most requests under way for one call.
    private static let concurrentCount = 4

    /// Runs of indices, each of at most `count` texts and not too many bytes; a text that is too large for that goes alone.
    static func ranges(of sizes: [Int], upTo count: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        var size = 0
        for (index, next) in sizes.enumerated() {
            if index > start, index - start == count || size + next > byteCount {
                ranges.append(start..<index)
                (start, size) = (index, 0)
            }
            size += next
        }
        if start < sizes.count { ranges.append(start..<sizes.count) }
        return ranges
    }

    /// What `body` gives for each of `ranges`, in their order, a few at a time; where one fails, the others are given up.
    static func run<Answer: Sendable>(
        _ ranges: [Range<Int>],
        _ body: @escaping @Sendable (Range<Int>) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            var answers = [Answer?](repeating: nil, count: ranges.count)
            for (index, range) in ranges.enumerated() {
                if index >= concurrentCount, let (done, answer) = try await group.next() { answers[done] = answer }
                group.addTask { (index, try await body(range)) }
            }
            for try await (done, answer) in group { answers[done] = answer }
            return answers.compactMap(\.self)
        }
    }
}
