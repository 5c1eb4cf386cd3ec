import Configuration
import Foundation
import MartletTerminal
import Yams

/// `martlet.yaml`: found, checked for keys that nothing reads, and opened.
enum ConfigurationFile {
    /// The file to read: the one named, or `martlet.yaml` here, or the one in the user's configuration folder.
    static func path(named: String?, environment: [String: String]) throws -> String? {
        if let named = named ?? environment["MARTLET_CONFIG"], !named.isEmpty {
            guard FileManager.default.isReadableFile(atPath: named) else {
                throw ConfigurationError(
                    code: .unreadableFile,
                    description: "the configuration file \(named) cannot be read; check --config and MARTLET_CONFIG"
                )
            }
            return named
        }
        let folder = environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map { $0 + "/.config" }
        return (["martlet.yaml"] + [folder].compactMap { $0.map { $0 + "/martlet/martlet.yaml" } })
            .first { FileManager.default.isReadableFile(atPath: $0) }
    }

    /// Opens a file, or gives nil where it is empty.
    static func open(_ path: String) async throws -> (any ConfigProvider)? {
        guard let root = try root(of: path) else { return nil }
        do {
            try check(keys(of: root), path: path)
            return try await FileProvider<YAMLSnapshot>(
                parsingOptions: .init(
                    secretsSpecifier: .specific(Set(Setting.all.filter(\.isSecret).map(\.key)))
                ),
                config: ConfigReader(
                    provider: InMemoryProvider(values: ["filePath": ConfigValue(.string(path), isSecret: false)])
                )
            )
        } catch let error as ConfigurationError {
            throw error
        } catch {
            // The library's own words quote the file, and the file may hold the token.
            throw ConfigurationError(code: .unreadableFile, description: "\(path) is not valid YAML\(place(of: error))")
        }
    }

    /// The file's contents, or nil for a file of comments only, which sets nothing.
    static func root(of path: String) throws -> Node? {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ConfigurationError(
                code: .unreadableFile,
                description: "\(path) cannot be read as UTF-8 text; check its rights and its encoding"
            )
        }
        do {
            guard let root = try Yams.Parser(yaml: text).singleRoot(), root.string?.isEmpty != true else { return nil }
            return root
        } catch {
            throw ConfigurationError(code: .unreadableFile, description: "\(path) is not valid YAML\(place(of: error))")
        }
    }

    private static func place(of error: any Error) -> String {
        guard let error = error as? YamlError else { return "" }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return ": line \(mark.line), column \(mark.column): \(problem)"
        default: return ""
        }
    }

    private static func keys(of node: Node, below prefix: String = "") -> [String] {
        guard let mapping = node.mapping else { return [prefix] }
        return mapping.flatMap { key, value in
            keys(of: value, below: prefix.isEmpty ? key.string ?? "" : prefix + "." + (key.string ?? ""))
        }
    }

    /// The known key that was probably meant: one with a slip in it, or one at another level.
    private static func nearest(to key: String, among known: [String]) -> String? {
        func last(_ key: String) -> String { key.split(separator: ".").last.map { String($0) } ?? key }
        if let nearest = Suggestion.nearest(to: key, among: known) { return nearest }
        let sameLast = Suggestion.nearest(to: last(key), among: known.map(last))
        return known.first { last($0) == sameLast }
    }

    private static func check(_ keys: [String], path: String) throws {
        let known = Setting.all.map(\.key)
        // What stands below `models` and `personas` is checked where it is read.
        let checked = keys.filter { key in
            !key.hasPrefix("models.") && !key.hasPrefix("personas.")
                && !["models", "personas", "local_only", "localOnly"].contains(key)
        }
        for key in checked where !known.contains(key) {
            let suggestion =
                nearest(to: key, among: known + ["models", "personas", "local_only"]).map { "; did you mean \($0)?" }
                ?? "."
            throw ConfigurationError(
                code: .unknownKey,
                description:
                    "\(path): unknown key \(key)\(suggestion) Known keys: \((known + ["models", "personas", "local_only"]).joined(separator: ", "))"
            )
        }
    }
}
