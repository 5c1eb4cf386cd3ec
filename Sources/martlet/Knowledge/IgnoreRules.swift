import Foundation

/// What `.gitignore` files leave out: those of the folders that are looked through, and those above them in the same repository.
struct IgnoreRules: Sendable {
    private struct Level: Sendable {
        /// The names of the path to the folder of the patterns.
        var folder: [String]
        var patterns: [IgnorePattern]
    }

    private var levels: [Level] = []

    /// A larger file is none that a person wrote.
    private static let sizeLimit = 1 << 20

    /// No rules.
    init() {}

    /// The rules that hold for a folder because of those above it, up to the root of its repository.
    init(above folder: URL) {
        var above: [URL] = []
        var next = folder
        while !FileManager.default.fileExists(atPath: next.appending(path: ".git").path) {
            let parent = next.deletingLastPathComponent()
            // In no repository nothing above is about it.
            guard parent.path != next.path else { return }
            above.append(parent)
            next = parent
        }
        for folder in above.reversed() { enter(folder) }
    }

    /// Adds a folder's own rules to those above it.
    mutating func enter(_ folder: URL) {
        let file = folder.appending(path: ".gitignore").path
        guard Self.isRegular(file), let handle = FileHandle(forReadingAtPath: file) else { return }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: Self.sizeLimit) else { return }
        let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
        let patterns = lines.compactMap { IgnorePattern($0) }
        if !patterns.isEmpty { levels.append(Level(folder: folder.pathComponents, patterns: patterns)) }
    }

    /// Whether something in a folder that was entered is left out; the last rule that is about it decides.
    func ignore(_ entry: URL, isFolder: Bool) -> Bool {
        let path = entry.pathComponents
        for level in levels.reversed() {
            let rest = path.dropFirst(level.folder.count)
            if let rule = level.patterns.last(where: { $0.matches(rest, isFolder: isFolder) }) {
                return !rule.isException
            }
        }
        return false
    }

    /// Whether a path is a file with content, not a pipe that would be waited for.
    static func isRegular(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
