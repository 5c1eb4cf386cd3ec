/// Finds a sequence of bytes in texts.
///
/// - Complexity: O(text / sequence) at best, O(text x sequence) at worst (Horspool 1980).
struct ByteSearch: Sendable {
    private let part: [UInt8]
    /// How far to go on after a place that ends with a byte.
    private let steps: [Int]

    init(_ part: [UInt8]) {
        self.part = part
        var steps = [Int](repeating: max(1, part.count), count: 256)
        for (index, byte) in part.dropLast().enumerated() { steps[Int(byte)] = part.count - 1 - index }
        self.steps = steps
    }

    /// Whether the sequence is in `text`; an empty one is in every text.
    func isFound(in text: UnsafeRawBufferPointer) -> Bool {
        guard let last = part.last else { return true }
        var end = part.count - 1
        while end < text.count {
            let byte = text[end]
            if byte == last, text[(end - part.count + 1)...end].elementsEqual(part) { return true }
            end += steps[Int(byte)]
        }
        return false
    }
}
