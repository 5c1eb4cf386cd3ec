/// A text in pieces: the bytes of all of them, and where each lies.
struct PieceBuffer {
    var bytes: [UInt8] = []
    var pieces: [Range<Int>] = []

    /// Forgets the last text.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        pieces.removeAll(keepingCapacity: true)
    }
}

/// What becomes of the separators when a text is split at them.
enum SplitBehavior: String, Hashable, Sendable {
    case removed
    case isolated
    case mergedWithPrevious
    case mergedWithNext
    case contiguous
}

/// Takes the matches and gaps of one piece in order, and gives the pieces that a behavior makes of them.
struct PieceSplitter {
    private let behavior: SplitBehavior
    private let isInverted: Bool
    private var pieces: [Range<Int>] = []
    private var wasMatch: Bool?

    init(_ behavior: SplitBehavior, isInverted: Bool = false) {
        self.behavior = behavior
        self.isInverted = isInverted
    }

    /// Adds the next stretch of the piece, which follows the one before it.
    @inline(__always)
    mutating func append(_ range: Range<Int>, isMatch found: Bool) {
        guard !range.isEmpty else { return }
        let isMatch = found != isInverted
        var joins = false
        switch behavior {
        case .removed:
            if isMatch { return }
        case .isolated: break
        case .contiguous: joins = wasMatch == isMatch
        case .mergedWithPrevious: joins = isMatch && wasMatch == false
        case .mergedWithNext: joins = !isMatch && wasMatch == true
        }
        wasMatch = isMatch
        if joins, let last = pieces.popLast() {
            pieces.append(last.lowerBound..<range.upperBound)
        } else {
            pieces.append(range)
        }
    }

    /// Hands over the pieces, and begins anew.
    mutating func finish(into output: inout [Range<Int>]) {
        output.append(contentsOf: pieces)
        pieces.removeAll(keepingCapacity: true)
        wasMatch = nil
    }
}
