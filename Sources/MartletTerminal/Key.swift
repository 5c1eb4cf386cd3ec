/// What a person pressed.
public enum Key: Equatable, Sendable {
    /// A character of text.
    case character(Character)
    /// Text pasted in one go (bracketed paste), line breaks included.
    case paste(String)
    /// Return or Ctrl-J, which is also what Return typed before the prompt becomes: send the line.
    case enter
    /// Alt-Return: a line break inside the line.
    case newline
    case backspace, delete
    case left, right, wordLeft, wordRight, home, end
    case up, down
    /// Ctrl-W: the word before the cursor.
    case deleteWord
    /// Ctrl-U and Ctrl-K: all before, all after the cursor.
    case deleteToStart, deleteToEnd
    /// Ctrl-Y: what was deleted last.
    case yank
    /// Ctrl-L.
    case clearScreen
    /// Ctrl-C.
    case interrupt
    /// Ctrl-D.
    case endOfInput
    /// Ctrl-Z.
    case suspend
    /// A key or sequence without meaning here.
    case unknown
}

/// Turns a terminal's bytes into keys, over any chunking.
public struct KeyDecoder: Sendable {
    private var pending: [UInt8] = []
    private static let pasteBegin = Array("\u{1B}[200~".utf8)
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    /// Nothing read yet.
    public init() {}

    /// Whether a sequence has begun that is not complete.
    public var isPending: Bool { !pending.isEmpty }

    /// The keys that `bytes` complete.
    public mutating func append(_ bytes: some Sequence<UInt8>) -> [Key] {
        pending.append(contentsOf: bytes)
        var keys: [Key] = []
        while !pending.isEmpty, let (key, count) = next() {
            keys.append(key)
            pending.removeFirst(count)
        }
        return keys
    }

    /// A lone Escape that nothing followed is a key of its own; forgets it.
    public mutating func flush() -> [Key] {
        defer { pending.removeAll() }
        return pending.isEmpty ? [] : [.unknown]
    }

    /// The first key and its length, or nil when more bytes are needed.
    private func next() -> (Key, Int)? {
        let first = pending[0]
        if first == 0x1B { return escape() }
        if first < 0x20 || first == 0x7F { return (control(first), 1) }
        let length = first < 0x80 ? 1 : first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard pending[1..<min(length, pending.count)].allSatisfy({ $0 & 0xC0 == 0x80 }) else { return (.unknown, 1) }
        guard pending.count >= length else { return nil }
        guard let text = String(validating: pending[..<length], as: UTF8.self), let character = text.first else {
            return (.unknown, 1)
        }
        return (.character(character), length)
    }

    private func control(_ byte: UInt8) -> Key {
        switch byte {
        case 0x01: .home
        case 0x02: .left
        case 0x03: .interrupt
        case 0x04: .endOfInput
        case 0x05: .end
        case 0x06: .right
        case 0x08, 0x7F: .backspace
        case 0x0A, 0x0D: .enter
        case 0x0B: .deleteToEnd
        case 0x0C: .clearScreen
        case 0x0E: .down
        case 0x10: .up
        case 0x15: .deleteToStart
        case 0x17: .deleteWord
        case 0x19: .yank
        case 0x1A: .suspend
        default: .unknown
        }
    }

    private func escape() -> (Key, Int)? {
        guard pending.count > 1 else { return nil }
        switch pending[1] {
        case UInt8(ascii: "["): return controlSequence()
        case UInt8(ascii: "O"):
            guard pending.count > 2 else { return nil }
            return (letterKey(pending[2], isModified: false), 3)
        case 0x0D, 0x0A: return (.newline, 2)
        case UInt8(ascii: "b"): return (.wordLeft, 2)
        case UInt8(ascii: "f"): return (.wordRight, 2)
        case 0x7F: return (.deleteWord, 2)
        case 0x1B: return (.unknown, 1)
        default: return (.unknown, 2)
        }
    }

    /// `ESC [ parameters letter`; pastes run to their own end mark.
    private func controlSequence() -> (Key, Int)? {
        if pending.starts(with: Self.pasteBegin) { return paste() }
        guard let end = pending.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
            return pending.count > 32 ? (.unknown, pending.count) : nil
        }
        let parameters = String(decoding: pending[2..<end], as: UTF8.self).split(separator: ";")
        let isModified = parameters.count > 1
        if pending[end] == UInt8(ascii: "~") {
            let key: Key =
                switch parameters.first {
                case "1", "7": .home
                case "3": .delete
                case "4", "8": .end
                default: .unknown
                }
            return (key, end + 1)
        }
        return (letterKey(pending[end], isModified: isModified), end + 1)
    }

    private func letterKey(_ letter: UInt8, isModified: Bool) -> Key {
        switch letter {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): isModified ? .wordRight : .right
        case UInt8(ascii: "D"): isModified ? .wordLeft : .left
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "H"): .home
        default: .unknown
        }
    }

    private func paste() -> (Key, Int)? {
        let begin = Self.pasteBegin.count
        let length = Self.pasteEnd.count
        guard pending.count >= begin + length else { return nil }
        for index in begin...(pending.count - length) where pending[index...].starts(with: Self.pasteEnd) {
            let text = String(decoding: pending[begin..<index], as: UTF8.self)
            return (.paste(text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")), index + length)
        }
        return nil
    }
}
