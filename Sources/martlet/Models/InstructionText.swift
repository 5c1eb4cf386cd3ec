import Foundation

/// Instructions to a model that are computed ahead of time.
struct InstructionText {
    /// The text, which isn't empty.
    let text: String

    private static let byteLimit = 16 << 20

    /// Takes a text as it stands.
    init(_ text: String) throws {
        guard !text.isEmpty else { throw CommandError("The instructions are empty.") }
        self.text = text
    }

    /// Reads a file, or standard input for `-`; one line break at its end doesn't count.
    init(path: String) throws {
        let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
        guard let data = try handle?.read(upToCount: Self.byteLimit), let read = String(data: data, encoding: .utf8)
        else {
            throw CommandError("The instructions in '\(path)' can't be read as text.")
        }
        try self.init(read.hasSuffix("\n") ? String(read.dropLast()) : read)
    }
}
