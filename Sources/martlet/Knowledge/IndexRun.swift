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
        let entries = try await indexer.entries()
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
        report.problems += search.closedFolders.map { "The folder \($0) can't be read. Check its rights." }
        report.removed = try await removeVanished(below: folders, entries)
        report.skipped = search.skipped
        let now = try await indexer.entries()
        report.documentCount = now.count
        report.passageCount = now.values.reduce(0) { $0 + $1.passageCount }
        return report
    }

    private mutating func take(
        _ file: DocumentSearch.File,
        _ entry: KnowledgeEntry?,
        into report: inout IndexReport
    ) async throws {
        let reading = try await DocumentReading.read(file, limit: search.sizeLimit) { [indexer] fingerprint in
            indexer.isCurrent(entry, fingerprint: fingerprint)
        }
        switch reading {
        case .unchanged: report.unchanged += 1
        case .binary, .tooLarge: try await passOver(file, reading, entry)
        case .document(let document):
            switch try await indexer.index(document, knownAs: entry) {
            case .added: report.added += 1
            case .replaced: report.replaced += 1
            case .unchanged: report.unchanged += 1
            case .empty: report.empty += 1
            }
        }
    }

    /// Counts a file that can't be a document, which it may have been before.
    /// - Throws: ``CommandError`` where somebody asked for this very file.
    private mutating func passOver(
        _ file: DocumentSearch.File,
        _ reading: DocumentReading.Reading,
        _ entry: KnowledgeEntry?
    ) async throws {
        if entry != nil { try await indexer.remove(file.location) }
        if case .tooLarge = reading {
            guard !file.isNamed else {
                throw CommandError("\(file.location) is larger than \(search.sizeLimit >> 20) MiB. Split it.")
            }
            search.noteTooLarge()
        } else {
            guard !file.isNamed else {
                throw CommandError("\(file.location) holds no text. Give Markdown, text, HTML or PDF.")
            }
            search.noteBinary()
        }
    }

    /// Takes out the documents below the folders whose files are gone.
    private func removeVanished(
        below folders: [String],
        _ entries: [String: KnowledgeEntry]
    ) async throws -> Int {
        let found = Set(search.files.map(\.location))
        let roots = folders.map { DocumentSearch.location(of: $0) }
        var count = 0
        for location in entries.keys.sorted() where !found.contains(location) {
            let isBelow = roots.contains { root in
                root.isEmpty ? !location.hasPrefix("/") : location.hasPrefix(root + "/")
            }
            guard isBelow, !search.closedFolders.contains(where: { location.hasPrefix($0 + "/") }) else { continue }
            try await indexer.remove(location)
            count += 1
        }
        return count
    }
}
