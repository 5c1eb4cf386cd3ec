public import FoundationEssentials

/// What a person can ask for: a short name, a file on the hub, or an address.
public enum ModelReference: Sendable, Hashable {
    /// A model of the short list.
    case catalogue(CatalogueEntry)
    /// A file in a repository of the hub, at a revision (`main` unless said otherwise).
    case hub(repository: String, revision: String, file: String)
    /// A file anywhere.
    case url(URL)

    /// Reads `NAME`, `hf:owner/repo/file.gguf`, `hf:owner/repo@revision/file.gguf`, or an http(s) address.
    ///
    /// - Throws: `invalidReference`, with the remedy.
    public init(_ text: String) throws(HubError) {
        if let entry = ModelCatalogue.entry(named: text) {
            self = .catalogue(entry)
        } else if text.hasPrefix("hf:") {
            self = try ModelReference.parse(hub: String(text.dropFirst(3)), whole: text)
        } else if text.lowercased().hasPrefix("http://") || text.lowercased().hasPrefix("https://") {
            guard let url = URL(string: text), let host = url.host, !host.isEmpty else {
                throw ModelReference.invalid(text, "is no valid address")
            }
            _ = try ModelReference.fileName(url.lastPathComponent, of: text)
            self = .url(url)
        } else {
            throw ModelReference.invalid(text, "is not in the list of known models")
        }
    }

    private static func parse(hub text: String, whole: String) throws(HubError) -> ModelReference {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3 else { throw invalid(whole, "names no file of a repository") }
        let nameAndRevision = parts[1].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let revision = nameAndRevision.count == 2 ? String(nameAndRevision[1]) : "main"
        let components = [parts[0], String(nameAndRevision[0]), revision] + parts.dropFirst(2)
        for component in components where !isSafe(component) {
            throw invalid(whole, "has an empty or unsafe part")
        }
        _ = try fileName(parts[parts.count - 1], of: whole)
        return .hub(
            repository: parts[0] + "/" + nameAndRevision[0],
            revision: revision,
            file: parts.dropFirst(2).joined(separator: "/")
        )
    }

    /// Whether a text can be a file's or a folder's name without meaning anything else to the file system.
    private static func isSafe(_ component: String) -> Bool {
        !component.isEmpty && !component.hasPrefix(".") && component.utf8.count <= 200
            && component.unicodeScalars.allSatisfy { scalar in
                scalar != "/" && scalar != "\\" && scalar.value >= 32 && scalar.value != 127
            }
    }

    private static func fileName(_ name: String, of text: String) throws(HubError) -> String {
        guard isSafe(name), name.lowercased().hasSuffix(".gguf") else {
            throw invalid(text, "names no .gguf file")
        }
        return name
    }

    private static func invalid(_ text: String, _ problem: String) -> HubError {
        HubError(
            .invalidReference,
            "'\(text.unicodeScalars.prefix(200).map { $0.value < 32 ? "?" : String($0) }.joined())' \(problem).",
            remedy:
                "Give a name of `martlet pull --list`, an address of a .gguf file, or hf:owner/repository/file.gguf."
        )
    }

    /// Where the file lies within the models' folder: a path that is a function of the reference alone.
    public var relativePath: String {
        switch self {
        case .catalogue(let entry): entry.name + ".gguf"
        case .hub(let repository, let revision, let file):
            "hf/" + repository + (revision == "main" ? "" : "@" + revision) + "/" + file
        case .url(let url): "url/" + (url.host ?? "unknown") + "/" + url.lastPathComponent
        }
    }

    /// Where the file is, given the hub's address.
    func url(hub base: URL) -> URL {
        switch self {
        case .catalogue(let entry): ModelReference.hubURL(base, entry.repository, "main", entry.file)
        case .hub(let repository, let revision, let file): ModelReference.hubURL(base, repository, revision, file)
        case .url(let url): url
        }
    }

    private static func hubURL(_ base: URL, _ repository: String, _ revision: String, _ file: String) -> URL {
        var url = base
        for component in (repository + "/resolve").split(separator: "/") + [Substring(revision)]
            + file.split(separator: "/")
        {
            url.append(component: String(component))
        }
        return url
    }
}
