internal import GRDB
internal import MartletCore

/// The words of a collection's texts, in a table of FTS5 that keeps no text.
struct WordTable {
    /// The collection's number.
    private let number: Int64
    private let recordCount: Int

    /// As many texts are ranked in no time, whatever their words.
    private static let fewTexts = 2000

    init(_ collection: StoredCollection) {
        number = collection.number
        recordCount = collection.recordCount
    }

    private var name: String { "words_\(number)" }

    /// Makes the table.
    func create(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE VIRTUAL TABLE \(name) USING fts5(
                    words, content = '', tokenize = 'unicode61 remove_diacritics 2'
                )
                """
        )
        if try Self.erasesAtOnce(database) {
            try database.execute(sql: "INSERT INTO \(name) (\(name), rank) VALUES ('secure-delete', 1)")
        }
    }

    /// Deletes the table.
    func drop(in database: Database) throws {
        try database.execute(sql: "DROP TABLE \(name)")
    }

    /// Takes in the text of a slot that has none.
    func insert(_ text: String, at slot: Int, in database: Database) throws {
        let statement = try database.cachedStatement(sql: "INSERT INTO \(name) (rowid, words) VALUES (?, ?)")
        try statement.execute(arguments: [slot, WordText.separated(text)])
    }

    /// Takes the text of a slot away.
    ///
    /// Where ``erasesAtOnce(_:)`` says no, its words stay on disk until ``eraseRemains(in:)``.
    func remove(_ text: String, at slot: Int, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT INTO \(name) (\(name), rowid, words) VALUES ('delete', ?, ?)"
        )
        try statement.execute(arguments: [slot, WordText.separated(text)])
    }

    /// Writes the table anew without what was removed.
    ///
    /// - Complexity: O(words of the collection).
    func eraseRemains(in database: Database) throws {
        try database.execute(sql: "INSERT INTO \(name) (\(name)) VALUES ('optimize')")
    }

    /// Whether FTS5 overwrites removed words itself: since SQLite 3.42.
    static func erasesAtOnce(_ database: Database) throws -> Bool {
        let version = try String.fetchOne(database, sql: "SELECT sqlite_version()") ?? ""
        let numbers = version.split(separator: ".").compactMap { Int($0) }
        return numbers.count >= 2 && (numbers[0], numbers[1]) >= (3, 42)
    }

    /// The slots of the accepted texts that fit the words best, with their BM25.
    ///
    /// Words that more than half of the texts hold say next to nothing (FTS5 takes their weight as a millionth), and are left out
    /// beside others.
    func best(
        _ count: Int,
        for words: String,
        accepted: SlotSet,
        in database: Database
    ) throws -> [(slot: Int, score: Double)] {
        let terms = try telling(WordText.terms(of: words), in: database)
        guard count > 0, !terms.isEmpty else { return [] }
        let statement = try database.cachedStatement(
            sql: "SELECT rowid, rank FROM \(name) WHERE \(name) MATCH ? ORDER BY rank, rowid"
        )
        let rows = try Row.fetchCursor(statement, arguments: [terms.joined(separator: " OR ")])
        var best: [(slot: Int, score: Double)] = []
        while best.count < count, let row = try rows.next() {
            let slot: Int = row[0]
            // FTS5 gives BM25 with its sign changed.
            if accepted[slot] { best.append((slot, -(row[1] as Double))) }
        }
        return best
    }

    /// The terms that at most half of the texts hold; all where there is none, or where there are few texts.
    private func telling(_ terms: [String], in database: Database) throws -> [String] {
        guard recordCount > Self.fewTexts, terms.count > 1 else { return terms }
        let statement = try database.cachedStatement(
            sql: "SELECT count(*) FROM (SELECT 1 FROM \(name) WHERE \(name) MATCH ? LIMIT ?)"
        )
        let half = recordCount / 2
        let telling = try terms.filter { term in
            try Int.fetchOne(statement, arguments: [term, half + 1]) ?? 0 <= half
        }
        return telling.isEmpty ? terms : telling
    }
}
