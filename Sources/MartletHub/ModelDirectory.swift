import FoundationEssentials

/// The folder that models are kept in.
public struct ModelDirectory: Sendable, Hashable {
    /// The folder's path; it may not exist yet.
    public let path: String

    /// Names a folder.
    public init(path: String) {
        self.path = path
    }

    /// `$MARTLET_MODELS`, else `$XDG_DATA_HOME/martlet/models`, else `~/.local/share/martlet/models`.
    public static func standard(environment: [String: String]) -> ModelDirectory {
        if let path = environment["MARTLET_MODELS"], !path.isEmpty { return ModelDirectory(path: path) }
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            return ModelDirectory(path: data + "/martlet/models")
        }
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "."
        return ModelDirectory(path: home + "/.local/share/martlet/models")
    }

    /// Where a reference's file lies or will lie.
    public func path(of reference: ModelReference) -> String {
        path + "/" + reference.relativePath
    }

    /// The path of the model file that `--model TEXT` means.
    ///
    /// `text` is, in this order: a path of a file; a reference that `martlet pull` takes and that has been pulled; the
    /// name of a file in the folder, with or without `.gguf`.
    /// - Throws: `modelNotFound`, with the command that would fetch the model.
    public func resolve(_ text: String) throws(HubError) -> String {
        if isFile(text) { return text }
        let reference = try? ModelReference(text)
        if let reference, isFile(path(of: reference)) { return path(of: reference) }
        if !text.contains("/"), !text.hasPrefix(".") {
            for name in [text, text + ".gguf"] where isFile(path + "/" + name) { return path + "/" + name }
            let matches = models().filter { model in
                let name = model.split(separator: "/").last.map(String.init) ?? model
                return name == text || name == text + ".gguf"
            }
            if matches.count == 1 { return path + "/" + matches[0] }
            if matches.count > 1 {
                throw HubError(
                    .modelNotFound,
                    "Several models are called '\(text)': \(matches.joined(separator: ", ")).",
                    remedy: "Give the path of the one you mean."
                )
            }
        }
        throw HubError(
            .modelNotFound,
            isFolder(text) ? "'\(text)' is a folder, not a model." : "There is no model '\(text)' here.",
            remedy: reference != nil
                ? "Fetch it with `martlet pull \(text)`."
                : "Give the path of a .gguf file, or fetch a model: `martlet pull --list` names some."
        )
    }

    /// The paths of all models in the folder, relative to it, sorted.
    public func models() -> [String] {
        var found: [String] = []
        collect("", depth: 0, into: &found)
        return found.sorted()
    }

    private func collect(_ relative: String, depth: Int, into found: inout [String]) {
        let folder = relative.isEmpty ? path : path + "/" + relative
        guard depth <= 6, let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
        for name in names where !name.hasPrefix(".") {
            let inner = relative.isEmpty ? name : relative + "/" + name
            if name.lowercased().hasSuffix(".gguf") {
                if isFile(path + "/" + inner) { found.append(inner) }
            } else {
                collect(inner, depth: depth + 1, into: &found)
            }
        }
    }

    private func isFile(_ path: String) -> Bool { exists(path, asFolder: false) }

    private func isFolder(_ path: String) -> Bool { exists(path, asFolder: true) }

    private func exists(_ path: String, asFolder: Bool) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory == asFolder
    }
}
