/// Lets an answer through as it comes, without the marks that name passages which there are not, and notes the others.
///
/// A mark is `[2]`, or several as in `[1, 3]`; between backticks, and before a link's address, brackets mean something else.
package struct CitationFilter: Sendable {
    /// The places of each passage's marks in what was let through, in Unicode scalars.
    package private(set) var marks: [Int: [Range<Int>]] = [:]

    private let known: Set<Int>
    private var position = 0
    /// White space and the beginning of a mark, of which more has to be seen.
    private var held = ""
    private var isClosed = false
    private var ticks = 0
    private var openTicks = 0

    private static let longestMark = 32

    /// Makes a filter for passages with these numbers.
    package init(known: Set<Int>) {
        self.known = known
    }

    /// Takes the next text; returns what is let through.
    package mutating func append(_ text: String) -> String {
        var passed = ""
        for character in text { take(character, into: &passed) }
        return passed
    }

    /// Ends the text.
    package mutating func finish() -> String {
        var passed = ""
        if isClosed { settle(into: &passed) } else { release(into: &passed) }
        return passed
    }

    private mutating func take(_ character: Character, into passed: inout String) {
        if isClosed {
            // A link's address follows: the brackets hold its words.
            if character == "(" { release(into: &passed) } else { settle(into: &passed) }
        }
        noteCode(character)
        guard openTicks == 0, character != "`" else {
            release(into: &passed)
            emit(String(character), into: &passed)
            return
        }
        let isBegun = held.contains(where: { $0 == "[" || $0 == "【" })
        switch character {
        case "[", "【":
            if isBegun { release(into: &passed) }
            held.append(character)
        case "]" where isBegun, "】" where isBegun:
            held.append(character)
            isClosed = true
        case "0"..."9" where isBegun, "," where isBegun, ";" where isBegun, "-" where isBegun, "–" where isBegun,
            "^" where isBegun, " " where isBegun:
            held.append(character)
            if held.count > Self.longestMark { release(into: &passed) }
        case " " where !isBegun:
            held.append(character)
            if held.count > Self.longestMark { release(into: &passed) }
        default:
            release(into: &passed)
            emit(String(character), into: &passed)
        }
    }

    /// Follows runs of backticks: as many as opened code close it.
    private mutating func noteCode(_ character: Character) {
        if character == "`" {
            ticks += 1
        } else if ticks > 0 {
            if openTicks == 0 { openTicks = ticks } else if openTicks == ticks { openTicks = 0 }
            ticks = 0
        }
    }

    private mutating func release(into passed: inout String) {
        emit(held, into: &passed)
        held = ""
        isClosed = false
    }

    /// Lets a complete mark through as far as its passages are known.
    private mutating func settle(into passed: inout String) {
        let space = held.prefix { $0 == " " }
        let inner = held.dropFirst(space.count + 1).dropLast()
        guard let numbers = Self.numbers(in: inner) else { return release(into: &passed) }
        held = ""
        isClosed = false
        let named = numbers.filter { known.contains($0) }
        guard !named.isEmpty else { return }
        emit(String(space), into: &passed)
        for number in named {
            let start = position
            emit("[\(number)]", into: &passed)
            marks[number, default: []].append(start..<position)
        }
    }

    /// The numbers of a mark; nil where the brackets hold something else.
    private static func numbers(in text: Substring) -> [Int]? {
        let text = text.drop { $0 == "^" }
        var numbers: [Int] = []
        for part in text.split(whereSeparator: { ",; ".contains($0) }) {
            let ends = part.split(whereSeparator: { $0 == "-" || $0 == "–" }).map { Int($0) }
            switch (ends.first ?? nil, ends.count) {
            case (let number?, 1): numbers.append(number)
            case (let first?, 2):
                guard let last = ends[1], first < last, last - first < 20 else { return nil }
                numbers += first...last
            default: return nil
            }
        }
        return numbers.isEmpty ? nil : numbers
    }

    private mutating func emit(_ text: String, into passed: inout String) {
        position += text.unicodeScalars.count
        passed += text
    }

    /// A text without any marks, for a model that would take them for its own.
    static func withoutMarks(_ text: String) -> String {
        var filter = CitationFilter(known: [])
        return filter.append(text) + filter.finish()
    }
}
