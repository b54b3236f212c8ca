/// What an engine does for a `Transaction`: run one statement on the connection that it has.
protocol StatementRunner {
    var dialect: Dialect { get }

    /// Runs a statement rendered for `dialect`; one that is not reusable must not stay in a cache.
    func run(_ text: String, _ values: [SQLValue], isReusable: Bool) throws(StorageError) -> StatementOutcome
}

/// What one statement brought.
struct StatementOutcome {
    var rows: [SQLRow] = []
    /// Rows inserted, updated or deleted by the statement itself.
    var changed = 0
}

/// The connection that closures see, on either engine: it refuses values that the engines treat differently, and stays failed once a
/// statement has failed.
final class Transaction: Connection {
    private let runner: any StatementRunner

    /// The first error of a statement; the transaction cannot be committed after it.
    private(set) var failure: StorageError?

    init(_ runner: any StatementRunner) {
        self.runner = runner
    }

    var dialect: Dialect { runner.dialect }

    func query(_ sql: SQL) throws(StorageError) -> [SQLRow] {
        try run(sql).rows
    }

    func execute(_ sql: SQL) throws(StorageError) -> Int {
        try run(sql).changed
    }

    /// Runs a closure and throws the error of a statement even if the closure swallowed it.
    func perform<T>(_ body: (any Connection) throws -> T) throws -> T {
        let value = try body(self)
        if let failure { throw failure }
        return value
    }

    private func run(_ sql: SQL) throws(StorageError) -> StatementOutcome {
        if let failure { throw failure }
        do throws(StorageError) {
            let (text, values) = sql.rendered(for: runner.dialect)
            for value in values { try Self.check(value) }
            return try runner.run(text, values, isReusable: sql.isReusable)
        } catch {
            failure = error
            throw error
        }
    }

    private static func check(_ value: SQLValue) throws(StorageError) {
        switch value {
        case .text(let text) where text.utf8.contains(0): throw .invalidText
        case .double(let number) where number.isNaN: throw .statement("a NaN cannot be stored")
        default: break
        }
    }
}
