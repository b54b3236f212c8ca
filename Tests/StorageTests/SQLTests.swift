import Testing

@testable import Storage

@Suite struct SQLTests {
    @Test func eachEngineHasItsOwnPlaceholders() {
        let sql: SQL = "SELECT * FROM t WHERE a = \("x") AND b = \(2) AND c IS \(nil as String?)"
        #expect(sql.rendered(for: .sqlite).text == "SELECT * FROM t WHERE a = ? AND b = ? AND c IS ?")
        #expect(sql.rendered(for: .postgres).text == "SELECT * FROM t WHERE a = $1 AND b = $2 AND c IS $3")
        #expect(sql.rendered(for: .postgres).values == [.text("x"), .int64(2), .null])
    }

    @Test func valuesAreBoundAndNeverWritten() {
        let hostile = "'; DROP TABLE t; --"
        let sql: SQL = "SELECT \(hostile)"
        #expect(sql.rendered(for: .sqlite).text == "SELECT ?")
        #expect(sql.description == "SELECT ?", "a log shows no values")
    }

    @Test func everyBindableTypeIsBound() {
        let sql: SQL = "\(true) \(1.5) \([1, 2] as [UInt8]) \(Int64.min) \(SQLValue.null) \(7 as Int?) \(nil as [UInt8]?)"
        #expect(sql.rendered(for: .sqlite).values == [.flag(true), .double(1.5), .bytes([1, 2]), .int64(.min), .null, .int64(7), .null])
    }

    @Test func piecesKeepTheirValuesInOrder() {
        let conditions: [SQL] = ["a = \(1)", "b = \("two")"]
        let sql: SQL = "SELECT 1 WHERE \(raw: .joined(conditions, separator: " AND ")) LIMIT \(3)"
        #expect(sql.rendered(for: .postgres).text == "SELECT 1 WHERE a = $1 AND b = $2 LIMIT $3")
        #expect((sql + " OFFSET \(4)").rendered(for: .postgres).values == [.int64(1), .text("two"), .int64(3), .int64(4)])
        #expect(SQL.joined([], separator: ", ").rendered(for: .sqlite).text.isEmpty)
    }

    @Test func anEmptyListHoldsNothing() {
        let full: SQL = "x IN \(list: [1, 2, 3])"
        let empty: SQL = "x IN \(list: [Int]())"
        #expect(full.rendered(for: .sqlite).text == "x IN (?, ?, ?)")
        #expect(full.rendered(for: .postgres).text == "x IN ($1, $2, $3)")
        #expect(empty.rendered(for: .sqlite).text == "x IN (NULL)")
    }

    @Test func columnTypesAreSpeltByTheEngine() {
        let types: [ColumnType] = [.text, .int64, .double, .bytes, .flag]
        let rendered = { (dialect: Dialect) in types.map { (type: ColumnType) in ("\(type: type)" as SQL).rendered(for: dialect).text } }
        #expect(rendered(.sqlite) == ["TEXT", "INTEGER", "REAL", "BLOB", "BOOLEAN"])
        #expect(rendered(.postgres) == ["TEXT COLLATE \"C\"", "BIGINT", "DOUBLE PRECISION", "BYTEA", "BOOLEAN"])
    }

    @Test func aTextThatDependsOnDataIsNotKept() {
        #expect(("a = \(1)" as SQL).isReusable)
        #expect(!("a IN \(list: [1])" as SQL).isReusable)
        #expect(!("WHERE \(raw: .joined(["a"], separator: ","))" as SQL).isReusable)
        #expect(!(("a" as SQL) + "b IN \(list: [1])").isReusable)
    }

    @Test func theQueueKeepsItsOrderAndForgetsWhatIsGone() {
        var queue = FirstInFirstOut<Int>()
        var expected: [Int] = []
        for round in 0..<1000 {
            queue.append(round)
            expected.append(round)
            if round % 3 == 2 { #expect(queue.popFirst() == expected.removeFirst()) }
        }
        #expect(queue.count == expected.count)
        while let next = queue.popFirst() { #expect(next == expected.removeFirst()) }
        #expect(queue.isEmpty && expected.isEmpty)
    }
}
