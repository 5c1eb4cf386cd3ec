import Foundation
import MartletCore

/// A text to embed, and how to name it in messages.
struct EmbedItem: Sendable {
    var input: EmbeddingInput
    /// What its line calls it.
    var id: JSONValue?
    /// Such as `line 12 of notes.jsonl`.
    var place: String
    /// How far the source was read with it, in bytes or items.
    var progress: Int
}

/// Where texts come from: arguments, whole files, or lines, which are read as they are needed.
struct EmbedSource {
    /// What a line is.
    enum LineKind: String, CaseIterable {
        /// A text.
        case text
        /// An object with `text` and perhaps `instruction` and `id`; other members are left alone.
        case jsonl
    }

    /// What ``EmbedItem/progress`` counts to, where that is known.
    let total: Int?
    /// Whether progress is in bytes rather than in items.
    let countsBytes: Bool
    private var items: ArraySlice<EmbedItem>
    private var lines: LineReader?
    private var kind: LineKind?
    private let name: String
    private let skipsEmptyLines: Bool
    private var lineNumber = 0

    /// Texts that are at hand.
    init(_ items: [EmbedItem]) {
        self.items = items[...]
        total = items.count
        countsBytes = false
        name = ""
        skipsEmptyLines = false
    }

    /// The lines of a file, or of standard input when the path is `-`.
    ///
    /// - Parameter kind: What a line is; nil asks the file's name, and of standard input the first line.
    init(linesOf path: String, kind: LineKind?, skipsEmptyLines: Bool) throws {
        items = []
        self.skipsEmptyLines = skipsEmptyLines
        countsBytes = true
        if path == "-" {
            name = "standard input"
            total = nil
            self.kind = kind
            lines = LineReader(.standardInput)
            return
        }
        var isFolder: ObjCBool = false
        guard !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) || !isFolder.boolValue else {
            throw CommandError("\(path) is a folder. Name a file of lines; whole files as texts go with --file.")
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandError("\(path) can't be read. Check its name and its rights.")
        }
        name = URL(filePath: path).lastPathComponent
        total = (try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int
        let suffixes = ["jsonl", "ndjson"]
        self.kind = kind ?? (suffixes.contains(URL(filePath: path).pathExtension.lowercased()) ? .jsonl : .text)
        lines = LineReader(handle)
    }

    /// The next texts, at least one; empty at the end.
    ///
    /// - Throws: ``CommandError`` naming the line that is broken.
    mutating func next(itemLimit: Int, byteLimit: Int) throws -> [EmbedItem] {
        var chunk: [EmbedItem] = []
        var byteCount = 0
        while chunk.count < itemLimit, byteCount < byteLimit, let item = try nextItem() {
            if case .text(let text) = item.input.content { byteCount += text.utf8.count }
            chunk.append(item)
        }
        return chunk
    }

    private mutating func nextItem() throws -> EmbedItem? {
        if let item = items.popFirst() { return item }
        while var line = try nextLine() {
            // A mark of the byte order, which some editors write.
            if lineNumber == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
            let place = "line \(lineNumber) of \(name)"
            guard let text = String(validating: line, as: UTF8.self) else {
                throw CommandError("\(place) is not UTF-8 text. Convert the file first, for instance with iconv.")
            }
            if text.allSatisfy(\.isWhitespace) {
                if skipsEmptyLines { continue }
                throw CommandError("\(place) is empty. Remove it, or leave empty lines out with --skip-empty.")
            }
            let progress = lines?.consumedByteCount ?? 0
            if kind == nil { kind = Self.looksLikeObject(text) ? .jsonl : .text }
            guard kind == .jsonl else { return EmbedItem(input: .init(text), place: place, progress: progress) }
            return try object(line, place: place, progress: progress)
        }
        return nil
    }

    private mutating func nextLine() throws -> ArraySlice<UInt8>? {
        lineNumber += 1
        do {
            return try lines?.next()
        } catch is LineReader.TooLong {
            throw CommandError(
                "Line \(lineNumber) of \(name) is longer than \(LineReader.longestLine >> 20) MiB. Split it."
            )
        } catch {
            throw CommandError("\(name) can't be read to its end. Check the disk, or what writes it.")
        }
    }

    private func object(_ line: ArraySlice<UInt8>, place: String, progress: Int) throws -> EmbedItem {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: line)
        } catch {
            throw CommandError("\(place) is \(error). Each line has to be one JSON object such as {\"text\": \"…\"}.")
        }
        guard value.object != nil, let text = value["text"]?.string else {
            throw CommandError("\(place) is no object with a \"text\". Write lines such as {\"text\": \"…\"}.")
        }
        var instruction: String?
        if let given = value["instruction"] {
            guard let words = given.string else {
                throw CommandError("\(place) has an \"instruction\" that is no text.")
            }
            instruction = words
        }
        return EmbedItem(
            input: EmbeddingInput(text, instruction: instruction),
            id: value["id"],
            place: place,
            progress: progress
        )
    }

    private static func looksLikeObject(_ text: String) -> Bool {
        ((try? JSONValue(parsing: Array(text.utf8))) ?? .null)["text"] != nil
    }
}
