import Foundation

/// Lines typed in earlier chats, for the up key; kept where only their owner can read them.
enum ChatHistory {
    /// `$XDG_STATE_HOME/martlet/chat-history`, or the same under `~/.local/state`.
    private static var file: URL? {
        let environment = ProcessInfo.processInfo.environment
        let base: URL
        if let directory = environment["XDG_STATE_HOME"], directory.hasPrefix("/") {
            base = URL(filePath: directory)
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            base = URL(filePath: home).appending(path: ".local/state")
        } else {
            return nil
        }
        return base.appending(path: "martlet/chat-history")
    }

    /// The lines, oldest first; none when there is no file or it can't be read.
    static func load() -> [String] {
        guard let file, let data = try? Data(contentsOf: file), data.count < 4 << 20 else { return [] }
        return (try? JSONDecoder().decode([String].self, from: data)) ?? []
    }

    /// Keeps the lines; a failure loses nothing but them.
    static func save(_ lines: [String]) {
        guard let file, let data = try? JSONEncoder().encode(lines) else { return }
        let manager = FileManager.default
        let owner: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        try? manager.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true,
            attributes: owner
        )
        let temporary = file.appendingPathExtension("\(ProcessInfo.processInfo.processIdentifier)")
        guard manager.createFile(atPath: temporary.path, contents: data, attributes: [.posixPermissions: 0o600]) else {
            return
        }
        if rename(temporary.path, file.path) != 0 { try? manager.removeItem(at: temporary) }
    }
}
