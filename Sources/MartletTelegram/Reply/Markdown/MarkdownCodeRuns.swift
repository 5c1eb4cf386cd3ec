/// Where each run of backticks finds the next one of the same length.
struct MarkdownCodeRuns {
    private var next: [Int: Int] = [:]

    init() {}

    /// Finds all runs of a text.
    /// - Complexity: O(text).
    init(_ text: [UInt8]) {
        var latest: [Int: Int] = [:]
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "`") else {
                index += 1
                continue
            }
            let start = index
            while index < text.count, text[index] == UInt8(ascii: "`") { index += 1 }
            if let earlier = latest.updateValue(start, forKey: index - start) { next[earlier] = start }
        }
    }

    /// The start of the run that ends the code which the run at `start` begins.
    func end(of start: Int) -> Int? { next[start] }
}
