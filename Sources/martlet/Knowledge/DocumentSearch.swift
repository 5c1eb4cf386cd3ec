import Foundation
import MartletConversation

/// Finds the documents below files and folders, and counts what it passes over.
struct DocumentSearch {
    /// A file that is read as a document.
    struct File: Hashable {
        var path: String
        /// What it is known by: its path from here where it lies below, else its whole path.
        var location: String
        var format: KnowledgeDocument.Format
        /// Whether somebody asked for this very file, so that passing it over would be no answer.
        var isNamed = false
    }

    /// Files that are passed over, by reason.
    struct Skipped: Codable, Equatable {
        var hidden = 0
        /// Left out by a `.gitignore`.
        var ignored = 0
        var links = 0
        var otherKinds = 0
        var tooLarge = 0
        var binary = 0

        /// `12 of other kinds, 3 hidden`; nil where nothing was passed over.
        var summary: String? {
            let parts = [
                (otherKinds, "of other kinds"), (hidden, "hidden"), (ignored, "left out by .gitignore"),
                (links, links == 1 ? "link" : "links"),
                (tooLarge, "too large"),
                (binary, "not text"),
            ]
            let shown = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            return shown.isEmpty ? nil : shown.joined(separator: ", ")
        }
    }

    /// The folder that locations are told from; what lies elsewhere goes by its whole path.
    var base = FileManager.default.currentDirectoryPath
    /// Larger files are passed over, in bytes.
    var sizeLimit = 32 << 20
    /// Whether what a `.gitignore` names is taken all the same.
    var takesIgnored = false
    /// Folders of what programs write for themselves.
    private static let machineFolders: Set = ["node_modules", "__pycache__", "venv", "DerivedData"]
    /// The file by which programs mark their caches.
    private static let cacheMark = "CACHEDIR.TAG"
    /// Files without an ending that are texts.
    private static let textNames: Set = [
        "README", "LICENSE", "LICENCE", "CHANGELOG", "CONTRIBUTING", "NOTICE", "AUTHORS",
    ]

    private(set) var files: [File] = []
    private(set) var skipped = Skipped()
    /// Folders that couldn't be looked into, by what they are known by.
    private(set) var closedFolders: [String] = []
    private var paths: Set<String> = []

    /// Looks below a path.
    /// - Throws: ``CommandError`` for a path that isn't there, or names a file that can't be a document.
    mutating func add(_ path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandError(
                "There is no \(path). Check its name; to take a document out that is gone: martlet index --remove \(path)"
            )
        }
        let url = URL(filePath: path).standardizedFileURL
        if isFolder.boolValue {
            addFolder(url, under: takesIgnored ? IgnoreRules() : IgnoreRules(above: url))
        } else {
            guard let format = Self.format(of: url), IgnoreRules.isRegular(url.path) else {
                throw CommandError(
                    "\(path) is no document that can be read. Give Markdown, text, HTML or PDF, by the ending of its name."
                )
            }
            take(url, format, isNamed: true)
        }
    }

    private mutating func addFolder(_ folder: URL, under rules: IgnoreRules) {
        let keys: [URLResourceKey] = [.isDirectoryKey, .isSymbolicLinkKey, .isRegularFileKey]
        let entries: [URL]
        do {
            entries = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: keys)
        } catch {
            closedFolders.append(Self.location(of: folder.path, from: base))
            return
        }
        var rules = rules
        if !takesIgnored { rules.enter(folder) }
        for entry in entries.sorted(by: { $0.lastPathComponent < $1.lastPathComponent }) {
            let values = try? entry.resourceValues(forKeys: Set(keys))
            let isFolder = values?.isDirectory == true
            if entry.lastPathComponent.hasPrefix(".") {
                skipped.hidden += 1
            } else if values?.isSymbolicLink == true {
                skipped.links += 1
            } else if rules.ignore(entry, isFolder: isFolder) {
                skipped.ignored += 1
            } else if isFolder {
                if Self.isMachines(entry) {
                    skipped.hidden += 1
                } else {
                    addFolder(entry.standardizedFileURL, under: rules)
                }
            } else if values?.isRegularFile == true, let format = Self.format(of: entry) {
                take(entry, format)
            } else {
                skipped.otherKinds += 1
            }
        }
    }

    /// Whether a folder holds what programs write for themselves.
    private static func isMachines(_ folder: URL) -> Bool {
        machineFolders.contains(folder.lastPathComponent)
            || FileManager.default.fileExists(atPath: folder.appending(path: cacheMark).path)
    }

    private mutating func take(_ url: URL, _ format: KnowledgeDocument.Format, isNamed: Bool = false) {
        guard paths.insert(url.path).inserted else { return }
        files.append(
            File(
                path: url.path,
                location: Self.location(of: url.path, from: base),
                format: format,
                isNamed: isNamed
            )
        )
    }

    /// Counts a file that turned out to be too large.
    mutating func noteTooLarge() { skipped.tooLarge += 1 }

    /// Counts a file that turned out to hold no text.
    mutating func noteBinary() { skipped.binary += 1 }

    /// Whether a file's name is one of a document that can be read.
    static func isDocument(_ path: String) -> Bool { format(of: URL(filePath: path)) != nil }

    private static func format(of url: URL) -> KnowledgeDocument.Format? {
        let ending = url.pathExtension
        if ending.isEmpty { return textNames.contains(url.lastPathComponent) ? .plain : nil }
        return KnowledgeDocument.Format(fileExtension: ending)
    }

    /// What a file or a folder is known by.
    static func location(of path: String, from base: String = FileManager.default.currentDirectoryPath) -> String {
        let whole = URL(filePath: path).standardizedFileURL.path
        let here = URL(filePath: base).standardizedFileURL.path
        let prefix = here.hasSuffix("/") ? here : here + "/"
        return whole.hasPrefix(prefix) ? String(whole.dropFirst(prefix.count)) : whole == here ? "" : whole
    }
}
