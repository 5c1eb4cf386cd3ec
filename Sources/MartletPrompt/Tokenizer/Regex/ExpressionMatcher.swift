/// Runs expressions by backtracking that never tries the same place of the program at the same place of the text twice.
///
/// - Complexity: O(steps · n) for a match of n scalars.
struct ExpressionMatcher {
    private var seen: Set<UInt64> = []
    private var pending: [(step: Int, position: Int)] = []

    /// Where the match of `expression` ends that begins at `start`; nil when there is none.
    mutating func match(_ expression: SplitExpression, _ text: borrowing ScalarText, at start: Int) -> Int? {
        seen.removeAll(keepingCapacity: true)
        pending.removeAll(keepingCapacity: true)
        return run(expression.steps, text, from: 0, at: start)
    }

    private mutating func run(
        _ steps: [SplitExpression.Step],
        _ text: borrowing ScalarText,
        from first: Int,
        at start: Int
    ) -> Int? {
        let floor = pending.count
        pending.append((first, start))
        while pending.count > floor, var (step, position) = pending.popLast() {
            thread: while true {
                switch steps[step] {
                case .scalar(let test):
                    guard position < text.count, test.contains(text.values[position], text.classes[position]) else {
                        break thread
                    }
                    step += 1
                    position += 1
                case .fork(let preferred, let other):
                    guard seen.insert(UInt64(step) << 40 | UInt64(position)).inserted else { break thread }
                    pending.append((other, position))
                    step = preferred
                case .jump(let next): step = next
                case .look(let back, let isNegative, let next):
                    let found = position >= back && nested(steps, text, step + 1, position - back) != nil
                    guard found != isNegative else { break thread }
                    step = next
                case .atomic(let next):
                    guard let end = nested(steps, text, step + 1, position) else { break thread }
                    position = end
                    step = next
                case .textStart:
                    guard position == 0 else { break thread }
                    step += 1
                case .textEnd:
                    guard position == text.count else { break thread }
                    step += 1
                case .lineStart:
                    guard position == 0 || text.values[position - 1] == 0x0A else { break thread }
                    step += 1
                case .lineEnd:
                    guard position == text.count || text.values[position] == 0x0A else { break thread }
                    step += 1
                case .wordBoundary(let isNegative):
                    guard Self.isWordBoundary(text, position) != isNegative else { break thread }
                    step += 1
                case .done:
                    pending.removeSubrange(floor...)
                    return position
                }
            }
        }
        return nil
    }

    /// A part that is matched on its own: what it tried before says nothing about this time.
    private func nested(
        _ steps: [SplitExpression.Step],
        _ text: borrowing ScalarText,
        _ step: Int,
        _ position: Int
    ) -> Int? {
        var matcher = ExpressionMatcher()
        return matcher.run(steps, text, from: step, at: position)
    }

    private static func isWordBoundary(_ text: borrowing ScalarText, _ position: Int) -> Bool {
        let before = position > 0 && ScalarTest.isWord(text.values[position - 1])
        let after = position < text.count && ScalarTest.isWord(text.values[position])
        return before != after
    }
}
