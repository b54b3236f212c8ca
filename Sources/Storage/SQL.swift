/// One SQL statement, or a piece of one, with its values beside the text.
///
/// It is written as a string literal, and whatever is interpolated is bound: `"… WHERE id = \(id)"`. Text that was not written in the
/// source cannot become SQL, because the literals are `StaticString`. `\(raw:)` splices another `SQL`, `\(list:)` writes a
/// parenthesised list for `IN`, `\(type:)` a column type in the engine's own word.
package struct SQL: Sendable, Hashable, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// Literals come from the source alone.
    package typealias StringLiteralType = StaticString

    private enum Part: Sendable, Hashable {
        case text(String)
        case value(SQLValue)
        case type(ColumnType)
    }

    private var parts: [Part]

    /// False once the length of a list or of a joined array has shaped the text: such a statement is prepared for one use, so that the
    /// number of statements an engine keeps is bounded by the number that the code contains.
    private(set) var isReusable = true

    /// A statement without values.
    package init(stringLiteral value: StaticString) {
        parts = [.text(value.description)]
    }

    /// A statement with values; the compiler calls it.
    package init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    private init(parts: [Part]) {
        self.parts = parts
    }

    /// The pieces of an interpolated literal, collected in order.
    package struct StringInterpolation: StringInterpolationProtocol {
        /// Literals come from the source alone.
        package typealias StringLiteralType = StaticString

        fileprivate var sql: SQL

        /// The compiler calls it with the sizes of what follows.
        package init(literalCapacity: Int, interpolationCount: Int) {
            sql = SQL(parts: [])
            sql.parts.reserveCapacity(2 * interpolationCount + 1)
        }

        /// A stretch of the literal.
        package mutating func appendLiteral(_ literal: StaticString) {
            sql.parts.append(.text(literal.description))
        }

        /// Binds `value`.
        package mutating func appendInterpolation(_ value: some SQLBindable) {
            sql.parts.append(.value(value.sqlValue))
        }

        /// Binds `value`, or NULL.
        package mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
            sql.parts.append(.value(value.sqlValue))
        }

        /// Splices another piece, text and values.
        package mutating func appendInterpolation(raw piece: SQL) {
            sql.append(piece)
        }

        /// `(?, ?, ?)`, each value bound. An empty list is `(NULL)`, which no value is in.
        package mutating func appendInterpolation(list: [some SQLBindable]) {
            sql.isReusable = false
            guard !list.isEmpty else {
                sql.parts.append(.text("(NULL)"))
                return
            }
            for (index, value) in list.enumerated() {
                sql.parts.append(.text(index == 0 ? "(" : ", "))
                sql.parts.append(.value(value.sqlValue))
            }
            sql.parts.append(.text(")"))
        }

        /// A column type, as the engine spells it.
        package mutating func appendInterpolation(type: ColumnType) {
            sql.parts.append(.type(type))
        }
    }

    /// One piece after the other, with nothing between them.
    package static func + (first: SQL, second: SQL) -> SQL {
        var sum = first
        sum.append(second)
        return sum
    }

    /// The pieces in order with `separator` between them; nothing at all for an empty array.
    package static func joined(_ parts: [SQL], separator: SQL) -> SQL {
        var joined = SQL(parts: [])
        joined.isReusable = false
        for (index, part) in parts.enumerated() {
            if index > 0 { joined.append(separator) }
            joined.append(part)
        }
        return joined
    }

    /// The text with the engine's placeholders (`?`, or `$1`, `$2` …), and the values in their order.
    package func rendered(for dialect: Dialect) -> (text: String, values: [SQLValue]) {
        var text = ""
        var values: [SQLValue] = []
        for part in parts {
            switch part {
            case .text(let piece):
                text += piece
            case .type(let type):
                text += type.name(in: dialect)
            case .value(let value):
                values.append(value)
                switch dialect {
                case .sqlite: text += "?"
                case .postgres: text += "$\(values.count)"
                }
            }
        }
        return (text, values)
    }

    /// The statement with `?` for every value: values may be private and stay out of logs.
    package var description: String {
        rendered(for: .sqlite).text
    }

    private mutating func append(_ piece: SQL) {
        parts += piece.parts
        isReusable = isReusable && piece.isReusable
    }
}
