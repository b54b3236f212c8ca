import CPostgres
import Dispatch
import Foundation

/// One connection to a PostgreSQL server, used with blocking calls on a thread of its own.
///
/// `@unchecked Sendable` is safe because everything mutable in here is touched only on `queue`, which is serial.
final class PostgresConnection: StatementRunner, @unchecked Sendable {
    /// How often a transaction is tried when others get in its way (serialization failure, deadlock).
    static let maximumAttempts = 8
    /// Upper limit of the pause before the second attempt; it grows with each.
    static let pauseMilliseconds = 4.0

    /// What a transaction may do and see.
    enum Mode {
        case read
        case write

        var begin: String {
            switch self {
            case .read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            case .write: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
            }
        }
    }

    let queue = DispatchQueue(label: "storage.postgres.connection")
    private let address: PostgresAddress
    private var handle: OpaquePointer?
    private var prepared = PreparedStatements()

    init(_ address: PostgresAddress) {
        self.address = address
    }

    deinit {
        PQfinish(handle)
    }

    var dialect: Dialect { .postgres }

    /// Runs `body` in a transaction, again if others were in the way. Only on `queue`.
    func perform<T>(_ mode: Mode, _ body: (any Connection) throws -> T) throws -> T {
        var attempt = 1
        while true {
            try begin(mode)
            let transaction = Transaction(self)
            do {
                let value = try transaction.perform(body)
                try commit()
                return value
            } catch {
                rollback()
                // The closure may have wrapped the statement's error in one of its own: the transaction knows better.
                let wasInTheWay = (transaction.failure ?? error as? StorageError) == .busy
                guard wasInTheWay, attempt < Self.maximumAttempts else { throw error }
                Thread.sleep(forTimeInterval: Double.random(in: 0...Self.pauseMilliseconds) * Double(attempt) / 1000)
                attempt += 1
            }
        }
    }

    /// Connects if there is no working connection. Only on `queue`.
    func open() throws(StorageError) {
        if let handle, PQstatus(handle) == CONNECTION_OK { return }
        close()
        let opened = Self.connect(address)
        guard let opened, PQstatus(opened) == CONNECTION_OK else {
            let message = opened.map { address.redacted(String(cString: PQerrorMessage($0))) } ?? "out of memory"
            PQfinish(opened)
            throw .unavailable(message)
        }
        handle = opened
        // Notices would otherwise be printed to standard error.
        PQsetNoticeProcessor(opened, { _, _ in }, nil)
        do throws(StorageError) {
            guard PQparameterStatus(opened, "server_encoding").map({ String(cString: $0) }) == "UTF8" else {
                throw .unavailable("the database's encoding must be UTF8")
            }
            try command(
                """
                SET client_encoding TO 'UTF8'; SET TIME ZONE 'UTC'; SET client_min_messages TO error;
                SET bytea_output TO 'hex'; SET extra_float_digits TO 1
                """
            )
        } catch {
            close()
            throw error
        }
    }

    /// Disconnects. Only on `queue`.
    func close() {
        PQfinish(handle)
        handle = nil
        prepared.removeAll()
    }

    func run(_ text: String, _ values: [SQLValue], isReusable: Bool) throws(StorageError) -> StatementOutcome {
        let handle = try openHandle()
        let parameters = PostgresParameters(values)
        guard isReusable else {
            let result = parameters.withPointers { count, values, lengths, formats in
                parameters.types.withUnsafeBufferPointer { types in
                    PQexecParams(handle, text, count, types.baseAddress, values, lengths, formats, 0)
                }
            }
            defer { PQclear(result) }
            return try outcome(of: result, on: handle)
        }
        let plan = try prepare(text, parameters.types, on: handle)
        let result = parameters.withPointers { PQexecPrepared(handle, plan.name, $0, $1, $2, $3, 0) }
        defer { PQclear(result) }
        if plan.typesToPrepare == nil && PostgresErrors.saysPlanIsStale(result) {
            // The tables have changed since. The transaction is lost; its next attempt starts on a new connection without plans.
            close()
            throw .busy
        }
        return try outcome(of: result, on: handle)
    }

    /// Libpq lets the URI overrule these settings. A server that vanished is noticed within about a minute.
    private static func connect(_ address: PostgresAddress) -> OpaquePointer? {
        let settings = [
            ("connect_timeout", "10"), ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "60000"), ("dbname", address.url),
        ]
        let keywords = settings.map { strdup($0.0) } + [nil]
        let values = settings.map { strdup($0.1) } + [nil]
        defer { (keywords + values).forEach { free($0) } }
        return PQconnectdbParams(keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 1)
    }

    /// A connection that broke while it was idle is noticed here, where nothing is lost by opening it anew.
    private func begin(_ mode: Mode) throws(StorageError) {
        try open()
        do throws(StorageError) {
            try command(mode.begin)
        } catch {
            guard case .unavailable = error else { throw error }
            close()
            try open()
            try command(mode.begin)
        }
    }

    private func commit() throws(StorageError) {
        guard try command("COMMIT") == "COMMIT" else { throw .statement("the server rolled the transaction back") }
    }

    /// A connection that cannot even roll back is given up; the next use opens it anew.
    private func rollback() {
        guard let handle, PQstatus(handle) == CONNECTION_OK else { return close() }
        guard PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
        do { try command("ROLLBACK") } catch { close() }
    }

    /// Runs a statement without parameters and returns its tag, such as "COMMIT".
    @discardableResult
    private func command(_ text: String) throws(StorageError) -> String {
        let handle = try openHandle()
        let result = PQexec(handle, text)
        defer { PQclear(result) }
        _ = try outcome(of: result, on: handle)
        return PQcmdStatus(result).map { String(cString: $0) } ?? ""
    }

    private func prepare(_ text: String, _ types: [Oid], on handle: OpaquePointer) throws(StorageError) -> PreparedStatements.Plan {
        let plan = prepared.plan(for: text, types: types)
        if let name = plan.nameToForget { try command("DEALLOCATE \(name)") }
        guard let types = plan.typesToPrepare else { return plan }
        let result = types.withUnsafeBufferPointer { PQprepare(handle, plan.name, text, Int32($0.count), $0.baseAddress) }
        defer { PQclear(result) }
        do throws(StorageError) {
            _ = try outcome(of: result, on: handle)
        } catch {
            prepared.remove(text)
            throw error
        }
        return plan
    }

    private func outcome(of result: OpaquePointer?, on handle: OpaquePointer) throws(StorageError) -> StatementOutcome {
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            guard let result else { throw .unavailable("out of memory") }
            let tag = PQcmdStatus(result).map { String(cString: $0) } ?? ""
            // The tag of a SELECT counts rows, too, but changes none.
            let changed = tag.hasPrefix("SELECT") ? 0 : PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
            return StatementOutcome(rows: try PostgresRows.decode(result), changed: changed)
        case PGRES_EMPTY_QUERY:
            throw .statement("the statement is empty")
        default:
            throw PostgresErrors.storageError(result, on: handle, address: address)
        }
    }

    private func openHandle() throws(StorageError) -> OpaquePointer {
        guard let handle else { throw .unavailable("the connection is closed") }
        return handle
    }
}
