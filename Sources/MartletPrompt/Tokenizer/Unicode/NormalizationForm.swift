/// Unicode's normalization forms (UAX #15), over the tables of the reference.
enum NormalizationForm: Hashable, Sendable {
    case composed
    case decomposed
    case compatiblyComposed
    case compatiblyDecomposed

    /// Appends the form of `text`, valid UTF-8, to `output`.
    ///
    /// - Complexity: O(n), and O(m log m) for a run of m combining marks.
    func append(_ text: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        let tables = ReferenceTables.shared
        let composes = self == .composed || self == .compatiblyComposed
        let isCompatible = self == .compatiblyComposed || self == .compatiblyDecomposed
        var run = CombiningRun(composes: composes)
        var offset = 0
        while offset < text.count {
            // A character of ASCII stands for itself in every form; only what follows could join it.
            if text[offset] < 0x80, offset + 1 == text.count || text[offset + 1] < 0x80 {
                run.flush(to: &output)
                output.append(text[offset])
                offset += 1
                continue
            }
            let scalar = UTF8Text.scalar(text, at: &offset)
            tables.decompose(scalar, compatibly: isCompatible) { run.append($0, tables, to: &output) }
        }
        run.flush(to: &output)
    }
}

/// A scalar with the marks that belong to it, being put into order.
struct CombiningRun {
    private let composes: Bool
    private var scalars: [UInt32] = []
    private var classes: [UInt8] = []

    init(composes: Bool) {
        self.composes = composes
    }

    /// Adds the next scalar of a decomposed text; a run that ends before it goes to `output`.
    mutating func append(_ scalar: UInt32, _ tables: ReferenceTables, to output: inout [UInt8]) {
        let number = tables.combiningClass(of: scalar)
        if number == 0 {
            // Some scalars of class 0 join the one before, so a run that composes ends only where none can.
            if composes, scalars.count == 1, classes[0] == 0, let whole = tables.compose(scalars[0], scalar) {
                scalars[0] = whole
                return
            }
            if composes, scalars.count > 1 {
                composeMarks(tables)
                if scalars.count == 1, classes[0] == 0, let whole = tables.compose(scalars[0], scalar) {
                    scalars[0] = whole
                    return
                }
                write(to: &output)
            } else {
                flush(to: &output)
            }
        }
        scalars.append(scalar)
        classes.append(number)
    }

    /// Writes the run.
    mutating func flush(to output: inout [UInt8]) {
        guard !scalars.isEmpty else { return }
        if composes { composeMarks(.shared) } else { sort() }
        write(to: &output)
    }

    /// Writes the run as it is.
    private mutating func write(to output: inout [UInt8]) {
        for scalar in scalars { UTF8Text.append(scalar, to: &output) }
        scalars.removeAll(keepingCapacity: true)
        classes.removeAll(keepingCapacity: true)
    }

    /// Puts marks into the order of their classes; equal ones stay in theirs.
    private mutating func sort() {
        guard scalars.count > 1 else { return }
        if scalars.count == 2 {
            if classes[1] != 0, classes[0] > classes[1] {
                scalars.swapAt(0, 1)
                classes.swapAt(0, 1)
            }
            return
        }
        let order = scalars.indices.sorted { (classes[$0], $0) < (classes[$1], $1) }
        scalars = order.map { scalars[$0] }
        classes = order.map { classes[$0] }
    }

    /// Sorts, then joins with the first scalar every mark that no mark of its class or above bars from it.
    private mutating func composeMarks(_ tables: ReferenceTables) {
        sort()
        guard scalars.count > 1, classes[0] == 0 else { return }
        var kept = 1
        var lastClass: UInt8 = 0
        for index in 1..<scalars.count {
            if lastClass == 0 || lastClass < classes[index], let whole = tables.compose(scalars[0], scalars[index]) {
                scalars[0] = whole
            } else {
                lastClass = classes[index]
                scalars[kept] = scalars[index]
                classes[kept] = classes[index]
                kept += 1
            }
        }
        scalars.removeSubrange(kept...)
        classes.removeSubrange(kept...)
    }
}
