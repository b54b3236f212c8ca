import GRDB

/// The one place where SQLite's result codes become `StorageError`. Source: https://www.sqlite.org/rescode.html
enum SQLiteErrors {
    /// The same error in our words; what is no error of SQLite's is a fault of the program.
    static func storageError(_ error: any Error) -> StorageError {
        if let error = error as? StorageError { return error }
        guard let error = error as? DatabaseError else { return .statement(String(describing: error)) }
        let message = error.message ?? "no message"
        switch error.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID: return .uniqueViolation(message)
        case .SQLITE_CONSTRAINT_FOREIGNKEY: return .foreignKeyViolation(message)
        case .SQLITE_CONSTRAINT_CHECK, .SQLITE_CONSTRAINT_NOTNULL: return .checkViolation(message)
        default: break
        }
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: return .busy
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_NOMEM, .SQLITE_PERM:
            return .unavailable(message)
        default:
            // The statement's text is ours and holds no values; GRDB's own description might print some.
            return .statement(error.sql.map { "\(message) in: \($0)" } ?? message)
        }
    }
}
