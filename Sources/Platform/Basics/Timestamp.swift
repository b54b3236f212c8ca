import Foundation
package import Storage

/// A moment in UTC, kept as whole milliseconds since 1970, as every table stores it.
package struct Timestamp: Hashable, Sendable, Comparable, Codable, SQLBindable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package init(from decoder: any Decoder) throws { milliseconds = try decoder.singleValueContainer().decode(Int64.self) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment so much later; earlier for a negative duration.
    package func adding(_ duration: Duration) -> Timestamp { Timestamp(milliseconds: milliseconds + duration.milliseconds) }

    package var sqlValue: SQLValue { .int64(milliseconds) }

    /// RFC 3339 with whole seconds and `Z`, as `/v1` prints times.
    package var secondsText: String { Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(.iso8601) }

    /// RFC 3339 with milliseconds and `Z`, as `/api/v1` prints times.
    package var millisecondsText: String {
        // Foundation cuts the fraction of a second that a double holds, and so is often one millisecond early.
        let second = Int64((Double(milliseconds) / 1000).rounded(.down))
        let fraction = String(milliseconds - second * 1000 + 1000).dropFirst()
        return Timestamp(milliseconds: second * 1000).secondsText.dropLast() + ".\(fraction)Z"
    }

    /// Reads RFC 3339 text, with or without a fraction; nil for anything else.
    package static func parse(_ text: String) -> Timestamp? {
        let plain = try? Date(text, strategy: .iso8601)
        let date = plain ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        return date.map { Timestamp(milliseconds: Int64(($0.timeIntervalSince1970 * 1000).rounded())) }
    }

    /// Reads what people and libraries write for a moment: a date alone, a space for the `T`, no seconds, no zone (then UTC); nil for anything
    /// else, and for a day that does not exist.
    package static func parseLoosely(_ text: String) -> Timestamp? {
        let form = /(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(:\d{2})?(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:?\d{2})?)?/
        guard let match = text.wholeMatch(of: form)?.output, let day = parse("\(match.1)T00:00:00Z"), day.secondsText.hasPrefix(match.1)
        else {
            return nil
        }
        let fraction = match.4.map { ".\(($0 + "00").prefix(3))" } ?? ""
        return parse("\(match.1)T\(match.2 ?? "00:00")\(match.3 ?? ":00")\(fraction)\(match.5?.uppercased() ?? "Z")")
    }
}

extension Duration {
    /// Whole milliseconds, cut off below.
    package var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

/// Where "now" comes from. Two sides: the system's clock, and one that tests move by hand.
package protocol Clock: Sendable {
    var now: Timestamp { get }
}

/// The machine's clock.
package struct SystemClock: Clock {
    package init() {}
    package var now: Timestamp { Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))) }
}

/// The moment by which leases are judged: the database's own clock on PostgreSQL, where several machines share it,
/// and this process's clock on SQLite, which has a single owner.
package enum DatabaseTime {
    /// Now, as this database's leases are judged. One query on PostgreSQL.
    package static func now(_ connection: any Connection, clock: any Clock) throws -> Timestamp {
        guard connection.dialect == .postgres else { return clock.now }
        let rows = try connection.query("SELECT CAST(FLOOR(EXTRACT(EPOCH FROM clock_timestamp()) * 1000) AS BIGINT) AS now")
        guard let row = rows.first else { return clock.now }
        return Timestamp(milliseconds: try row.int64("now"))
    }
}
