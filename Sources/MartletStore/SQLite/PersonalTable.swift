/// Which rows of a table are about a person, and what becomes of them when the person is forgotten.
///
/// Every table of the schema is either here or in ``impersonal``; a test holds the schema against both.
struct PersonalTable: Sendable {
    /// The table.
    var name: String
    /// Columns without which the rule does not apply.
    var needs: [String] = []
    /// Which rows, in SQL over `:user`, `:bot`, `:month`, and the temporary tables `personal_conversation (id, is_own)` and
    /// `personal_update (update_id)`.
    var rows: String
    /// What becomes of them.
    var erasure: Erasure
    /// What the export calls them; nil where they hold nothing but numbers that point at other rows.
    var section: String?
    /// The columns that are exported; nil for all.
    var columns: [String]?

    /// What becomes of a row.
    enum Erasure: Sendable {
        /// It goes.
        case removed
        /// It stays without these columns' content, each `column = value`.
        case blanked(String)
        /// It stays; it is only exported.
        case kept
    }

    /// Tables in which nothing is about anybody.
    static let impersonal: Set<String> = ["access_bot", "access_code", "grdb_migrations", "sqlite_sequence"]

    /// The rules, in the order in which they are carried out; what points at other rows comes before them.
    static let all: [PersonalTable] = conversations + secretary + access + budgets
}

extension SQLiteConversationStore {
    /// The tables of which rows are about people.
    package static var tablesWithPersonalRules: Set<String> { Set(PersonalTable.all.map(\.name)) }
    /// The tables in which nothing is about anybody.
    package static var tablesAboutNobody: Set<String> { PersonalTable.impersonal }
}
