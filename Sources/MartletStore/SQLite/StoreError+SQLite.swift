import GRDB

extension StoreError {
    /// Translates whatever GRDB throws; cancellation is not translated.
    init(_ error: any Error, path: String) {
        guard let database = error as? DatabaseError else {
            self.init(code: .other, path: path, underlying: "\(error)")
            return
        }
        let code: Code =
            switch database.resultCode {
            case .SQLITE_FULL: .full
            case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupted
            case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH: .notAccessible
            case .SQLITE_IOERR: .inputOutput
            default: .other
            }
        // The statement and its arguments stay out: they hold what people wrote.
        self.init(
            code: code,
            path: path,
            underlying: "SQLite \(database.extendedResultCode.rawValue): \(database.message ?? "")"
        )
    }
}
