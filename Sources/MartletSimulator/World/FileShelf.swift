import MartletCore

/// Files in messages and beside them, by their numbers and paths.
struct FileShelf: Sendable {
    struct Entry: Sendable {
        var uniqueID: String
        var name: String
        var contentType: String
        var path: String
        var bytes: [UInt8]
    }

    private var entries: [String: Entry] = [:]
    private var byPath: [String: String] = [:]
    private var count = 0

    /// How large a file is that a bot may fetch.
    static let maximumDownloadByteCount = 20 << 20

    /// Puts a file where the server offers them.
    mutating func add(_ bytes: [UInt8], name: String, contentType: String, folder: String) -> Entry {
        count += 1
        let ending = name.split(separator: ".").dropFirst().last.map { ".\($0)" } ?? ""
        let entry = Entry(
            uniqueID: "unique\(count)",
            name: name,
            contentType: contentType,
            path: "\(folder)/file_\(count)\(ending)",
            bytes: bytes
        )
        entries[entry.uniqueID] = entry
        byPath[entry.path] = entry.uniqueID
        return entry
    }

    /// Puts bytes at a path.
    mutating func put(_ bytes: [UInt8], at path: String) {
        var entry = add(bytes, name: path, contentType: "application/octet-stream", folder: "put")
        entry.path = path
        entries[entry.uniqueID] = entry
        byPath[path] = entry.uniqueID
    }

    subscript(path path: String) -> Entry? { byPath[path].flatMap { entries[$0] } }
    subscript(unique id: String) -> Entry? { entries[id] }
    /// A file by the `file_id` that messages carry.
    subscript(file id: String) -> Entry? { id.hasPrefix("file-") ? entries[String(id.dropFirst(5))] : nil }
}

extension FileShelf.Entry {
    /// Telegram's `File` members that all kinds of files share.
    var json: JSONObject {
        [
            "file_id": .string("file-" + uniqueID), "file_unique_id": .string(uniqueID),
            "file_size": .integer(Int64(bytes.count)),
        ]
    }
}
