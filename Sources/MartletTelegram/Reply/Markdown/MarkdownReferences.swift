/// What a text defines apart from its words: addresses of links and footnotes, by their labels.
///
/// Filled while blocks are read and asked while lines are, so a definition may stand behind its use.
final class MarkdownReferences {
    /// A footnote.
    struct Note {
        /// Its number, from 1, in the order of definition.
        var number: Int
        var lines: [MarkdownLine]
    }

    private var links: [String: Link] = [:]
    private var linkOrder: [String] = []
    private(set) var notes: [String: Note] = [:]
    private(set) var noteOrder: [String] = []

    /// A link that was defined, and whether some words use it.
    struct Link {
        var label: String
        var destination: [UInt8]
        var isUsed = false
    }

    /// The longest label in bytes; longer ones are words.
    static let maximumLabelByteCount = 100
    /// So many definitions count; further ones are words.
    private static let maximumCount = 500

    /// Whether nothing is defined.
    var isEmpty: Bool { links.isEmpty && notes.isEmpty }

    /// Links that no words use, in the order of definition.
    var unusedLinks: [Link] { linkOrder.compactMap { links[$0] }.filter { !$0.isUsed } }

    /// Defines a link; the first definition of a label counts.
    /// - Returns: False where there are too many.
    func define(_ label: String, destination: [UInt8]) -> Bool {
        guard links.count < Self.maximumCount else { return false }
        let key = Self.key(label)
        guard links[key] == nil else { return true }
        links[key] = Link(label: label, destination: destination)
        linkOrder.append(key)
        return true
    }

    /// Defines a footnote; the first definition of a label counts.
    /// - Returns: False where there are too many, or the label is taken.
    func define(note label: String, _ lines: [MarkdownLine]) -> Bool {
        let key = Self.key(label)
        guard notes.count < Self.maximumCount, notes[key] == nil else { return false }
        notes[key] = Note(number: notes.count + 1, lines: lines)
        noteOrder.append(key)
        return true
    }

    /// The address behind a label, which counts as used from then on.
    func destination(of label: String) -> [UInt8]? {
        guard !links.isEmpty else { return nil }
        let key = Self.key(label)
        guard let link = links[key] else { return nil }
        if !link.isUsed { links[key]?.isUsed = true }
        return link.destination
    }

    /// The number of a footnote.
    func number(of label: String) -> Int? { notes.isEmpty ? nil : notes[Self.key(label)]?.number }

    /// Labels are the same whatever their case and white space.
    private static func key(_ label: String) -> String {
        label.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// A number in small raised digits.
    static func raised(_ number: Int) -> String {
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        return String("\(number)".compactMap { $0.wholeNumberValue.map { digits[$0] } })
    }
}
