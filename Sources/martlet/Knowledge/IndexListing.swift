import Foundation
import MartletConversation
import MartletTerminal

/// Lists the documents of an index, and takes some out.
struct IndexListing {
    var options: KnowledgeOptions

    private struct Line: Codable {
        var location: String
        var title: String
        var passageCount: Int
    }

    /// Prints the documents.
    func run() async throws {
        let store = try KnowledgeOpening.store(at: options.path)
        var entries: [String: KnowledgeEntry] = [:]
        if let collection = try await KnowledgeCollection.find(options.collection, in: store) {
            entries = try await KnowledgeEntry.all(of: collection, in: store)
        }
        let lines = entries.values.sorted { $0.location < $1.location }
            .map { Line(location: $0.location, title: $0.title, passageCount: $0.passageCount) }
        if options.json {
            print(try JSONOutput.pretty(lines), terminator: "")
            return
        }
        guard !lines.isEmpty else {
            print("There are no documents in \(options.path). Put some in: martlet index PATH…")
            return
        }
        var table = TextTable([.right, .left, .left])
        for line in lines {
            table.add(
                "\(line.passageCount)",
                Self.oneLine(line.location),
                Self.oneLine(line.title)
            )
        }
        print(table.lines.joined(separator: "\n"))
    }

    /// A name as it can stand in a table, whatever its file is called.
    private static func oneLine(_ text: String) -> String {
        TerminalText.harmless(text.split(whereSeparator: \.isNewline).joined(separator: " "))
    }

    /// Takes documents out, and tells how many.
    /// - Throws: ``CommandError`` where there are none of the names.
    func remove(_ paths: [String]) async throws {
        let store = try KnowledgeOpening.store(at: options.path, mustBeWritable: true)
        guard let collection = try await KnowledgeCollection.find(options.collection, in: store) else {
            throw CommandError(
                "There is no collection '\(options.collection)' in \(options.path). martlet index --list shows what there is."
            )
        }
        let entries = try await KnowledgeEntry.all(of: collection, in: store)
        for path in paths {
            let location = DocumentSearch.location(of: path)
            let meant = entries.keys.filter { $0 == path || $0 == location || $0.hasPrefix(location + "/") }.sorted()
            guard !meant.isEmpty else {
                let nearest =
                    Suggestion.nearest(to: location, among: Array(entries.keys))
                    .map { " Did you mean \($0)?" } ?? " martlet index --list shows what there is."
                throw CommandError("\(path) is not in \(options.path).\(nearest)")
            }
            for location in meant { try await KnowledgeIndexer.remove(location, from: collection, in: store) }
            if !options.json { print("\(meant.count) taken out.") }
        }
    }
}
