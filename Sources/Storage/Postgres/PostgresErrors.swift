import CPostgres

/// The one place where PostgreSQL's error codes become `StorageError`. Source: PostgreSQL documentation, appendix A, "Error Codes".
enum PostgresErrors {
    /// What one failed statement means; `connection` tells whether the server is still there.
    static func storageError(_ result: OpaquePointer?, on connection: OpaquePointer, address: PostgresAddress) -> StorageError {
        let state = field(result, Field.state) ?? ""
        let message = address.redacted(field(result, Field.message) ?? String(cString: PQerrorMessage(connection)))
        let constraint = field(result, Field.constraint) ?? message
        switch state {
        case "23505": return .uniqueViolation(constraint)
        case "23503": return .foreignKeyViolation(constraint)
        case "23514": return .checkViolation(constraint)
        case "23502": return .checkViolation("NOT NULL of \(field(result, Field.column) ?? message)")
        case "40001", "40P01", "55P03": return .busy
        default: break
        }
        if state.isEmpty && PQstatus(connection) == CONNECTION_BAD { return .unavailable(message) }
        // Connection exceptions, lack of resources (disk, memory, connections), shutdown, errors of the server's files.
        if ["08", "53", "57P", "58"].contains(where: state.hasPrefix) { return .unavailable("\(message) (\(state))") }
        return .statement("\(message) (\(state))")
    }

    /// Whether a statement that was prepared earlier no longer fits the tables ("cached plan must not change result type"), or is
    /// unknown to the server.
    static func saysPlanIsStale(_ result: OpaquePointer?) -> Bool {
        let state = field(result, Field.state)
        return state == "0A000" || state == "26000"
    }

    /// Fields of an error report. Source: libpq-fe.h, `PG_DIAG_…`; Swift does not import character literals.
    private enum Field {
        static let state = Int32(UInt8(ascii: "C"))
        static let message = Int32(UInt8(ascii: "M"))
        static let constraint = Int32(UInt8(ascii: "n"))
        static let column = Int32(UInt8(ascii: "c"))
    }

    private static func field(_ result: OpaquePointer?, _ code: Int32) -> String? {
        guard let result, let value = PQresultErrorField(result, code) else { return nil }
        return String(cString: value)
    }
}
