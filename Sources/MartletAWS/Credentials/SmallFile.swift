import Foundation

/// Files of keys and tokens.
enum SmallFile {
    /// A file's text, or nil where it cannot be read or is larger than it can be.
    static func text(_ path: String, limit: Int) -> String? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        guard let data = try? file.read(upToCount: limit + 1) ?? Data(), data.count <= limit else { return nil }
        return String(decoding: data, as: UTF8.self)
    }
}
