/// One line of a `.gitignore`.
struct IgnorePattern: Sendable, Hashable {
    /// What a part between two slashes may be.
    private enum Part: Sendable, Hashable {
        /// Any number of folders, written `**`.
        case folders
        /// A name.
        case name([Element])
    }

    /// What stands for characters of a name.
    private enum Element: Sendable, Hashable {
        case character(Character)
        /// Any one, written `?`.
        case one
        /// Any number, written `*`.
        case many
        /// One of some, or one that is none of them.
        case oneOf([ClosedRange<Character>], isInverted: Bool)
    }

    /// Whether it takes back what patterns before it ignore.
    let isException: Bool
    private let isForFolders: Bool
    private let parts: [Part]

    /// Longer lines are no patterns.
    private static let longest = 4096

    /// Reads a line; nil for one that says nothing.
    init?(_ line: Substring) {
        var line = line.prefix { !$0.isNewline }
        while line.last == " ", !line.hasSuffix("\\ ") { line.removeLast() }
        guard !line.isEmpty, line.first != "#", line.utf8.count <= Self.longest else { return nil }
        isException = line.first == "!"
        if isException { line.removeFirst() }
        isForFolders = line.last == "/"
        if isForFolders { line.removeLast() }
        guard !line.isEmpty else { return nil }
        let isAnchored = line.contains("/")
        let names = line.split(separator: "/", omittingEmptySubsequences: true)
        guard !names.isEmpty else { return nil }
        var parts = names.map { $0 == "**" ? Part.folders : .name(Self.elements(of: $0)) }
        // A name alone is looked for in every folder below; what ends in ** is all that is inside.
        if !isAnchored { parts.insert(.folders, at: 0) }
        if parts.last == .folders { parts.append(.name([.many])) }
        self.parts = parts
    }

    /// Whether it is about a path.
    /// - Parameter path: The names from the folder of the pattern on.
    func matches(_ path: ArraySlice<String>, isFolder: Bool) -> Bool {
        guard isFolder || !isForFolders else { return false }
        return Self.matches(parts, Array(path), isMany: { $0 == .folders }) { part, name in
            guard case .name(let elements) = part else { return false }
            return Self.matches(elements, Array(name), isMany: { $0 == .many }, fits: Self.fits)
        }
    }

    private static func fits(_ element: Element, _ character: Character) -> Bool {
        switch element {
        case .character(let own): own == character
        case .one: true
        case .many: false
        case .oneOf(let ranges, let isInverted): ranges.contains { $0.contains(character) } != isInverted
        }
    }

    /// Whether a pattern with parts that stand for any number of things is all of a row of things.
    ///
    /// - Complexity: O(pattern * row): only the last of those parts ever takes one thing more.
    private static func matches<Pattern, Thing>(
        _ pattern: [Pattern],
        _ row: [Thing],
        isMany: (Pattern) -> Bool,
        fits: (Pattern, Thing) -> Bool
    ) -> Bool {
        var (place, index) = (0, 0)
        var retry: (place: Int, index: Int)?
        while index < row.count {
            if place < pattern.count, isMany(pattern[place]) {
                retry = (place, index)
                place += 1
            } else if place < pattern.count, fits(pattern[place], row[index]) {
                place += 1
                index += 1
            } else if let last = retry {
                retry = (last.place, last.index + 1)
                (place, index) = (last.place + 1, last.index + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy(isMany)
    }

    private static func elements(of name: Substring) -> [Element] {
        var elements: [Element] = []
        var rest = name
        while let character = rest.popFirst() {
            switch character {
            case "\\": elements.append(.character(rest.popFirst() ?? "\\"))
            case "?": elements.append(.one)
            case "*": if elements.last != .many { elements.append(.many) }
            case "[":
                if let (set, after) = set(in: rest) {
                    elements.append(set)
                    rest = after
                } else {
                    elements.append(.character("["))
                }
            default: elements.append(.character(character))
            }
        }
        return elements
    }

    /// A set as far as its closing bracket, and what follows; nil where none closes it.
    private static func set(in text: Substring) -> (Element, Substring)? {
        var rest = text
        let isInverted = rest.first == "!" || rest.first == "^"
        if isInverted { rest.removeFirst() }
        var ranges: [ClosedRange<Character>] = []
        while var low = rest.popFirst() {
            if low == "]", !ranges.isEmpty { return (.oneOf(ranges, isInverted: isInverted), rest) }
            if low == "\\" { low = rest.popFirst() ?? low }
            if rest.first == "-", let high = rest.dropFirst().first, high != "]", low <= high {
                ranges.append(low...high)
                rest.removeFirst(2)
            } else {
                ranges.append(low...low)
            }
        }
        return nil
    }
}
