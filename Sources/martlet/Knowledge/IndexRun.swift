import Foundation
import MartletConversation
import MartletTerminal

/// What came of taking documents in.
struct IndexReport: Codable, Equatable {
    var added = 0
    var replaced = 0
    var unchanged = 0
    var removed = 0
    var empty = 0
    var documentCount = 0
    var passageCount = 0
    var skipped = DocumentSearch.Skipped()
    /// Files that couldn't be read, each with the remedy.
    var problems: [String] = []

    /// What happened in one sentence, without the counts that are nothing.
    var summary: String {
        let parts = [
            (added, "added"), (replaced, "replaced"), (unchanged, "as they were"), (removed, "gone"),
            (empty, "without words"), (problems.count, "not readable"),
        ]
        let shown = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return shown.isEmpty ? "There is no document there." : shown.joined(separator: ", ") + "."
    }
}

/// Takes in what a search has found.
struct IndexRun: Sendable {
    let indexer: KnowledgeIndexer
    var search: DocumentSearch
    var isQuiet: Bool

    /// Takes the files in, and takes out what is gone from below the folders.
    mutating func report(folders: [String]) async throws -> IndexReport {
        var report = IndexReport()
        var entries = try await indexer.entries()
        let bar = ProgressBar("Indexing", unit: .items, isQuiet: isQuiet)
        defer { bar.finish() }
        for (index, file) in search.files.enumerated() {
            bar.update(completed: index, total: search.files.count, detail: TerminalText.harmless(file.location))
            try Task.checkCancellation()
            do {
                try await take(file, entries[file.location], into: &report)
            } catch let error as CommandError {
                report.problems.append(error.description)
            }
        }
        report.removed = try await removeVanished(below: folders, &entries)
        report.skipped = search.skipped
        let now = try await indexer.entries()
        report.documentCount = now.count
        report.passageCount = now.values.reduce(0) { $0 + $1.passageCount }
        return report
    }

    private mutating func take(
        _ file: DocumentSearch.File,
        _ entry: KnowledgeIndexer.Entry?,
        into report: inout IndexReport
    ) async throws {
        switch try DocumentReading.read(file, knownAs: entry?.fingerprints) {
        case .unchanged: report.unchanged += 1
        case .binary:
            search.noteBinary()
            if entry != nil { try await indexer.remove(file.location) }
        case .document(let document):
            switch try await indexer.index(document, knownAs: entry) {
            case .added: report.added += 1
            case .replaced: report.replaced += 1
            case .unchanged: report.unchanged += 1
            case .empty: report.empty += 1
            }
        }
    }

    /// Takes out the documents below the folders whose files are gone.
    private func removeVanished(
        below folders: [String],
        _ entries: inout [String: KnowledgeIndexer.Entry]
    ) async throws -> Int {
        let found = Set(search.files.map(\.location))
        let roots = folders.map { DocumentSearch.location(of: $0) }
        var count = 0
        for location in entries.keys.sorted() where !found.contains(location) {
            let isBelow = roots.contains { root in
                root.isEmpty ? !location.hasPrefix("/") : location.hasPrefix(root + "/")
            }
            guard isBelow else { continue }
            try await indexer.remove(location)
            count += 1
        }
        return count
    }
}
