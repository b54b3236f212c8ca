import Foundation
import Testing

@testable import Ingestion

/// Parquet with the real DuckDB, which `make test` fetches (scripts/fetch-duckdb.sh).
@Suite(.timeLimit(.minutes(5))) struct ParquetTests {
    private let folder: TemporaryFolder
    private let duckDB = DuckDB.installed
    private var lines: URL { folder.url.appendingPathComponent("lines.jsonl") }
    private var parquet: URL { folder.url.appendingPathComponent("it's a=b.parquet") }
    private var work: URL { folder.url.appendingPathComponent("work") }

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(at: folder.url.appendingPathComponent("work"), withIntermediateDirectories: true)
        try #require(duckDB.isInstalled, "scripts/fetch-duckdb.sh fetches DuckDB")
    }

    private func make(_ query: String) async throws {
        let statement = "COPY (\(query)) TO \(DuckDB.literal(parquet.path)) (FORMAT parquet);"
        guard case .done = try await duckDB.run(statement, in: work, limits: ExtractionLimits()) else {
            Issue.record("the file for the test was not written: \(query)")
            return
        }
    }

    /// The table of the Parquet file.
    private func read(limits: ExtractionLimits = ExtractionLimits()) async throws -> Extracted {
        try await ParquetImport(duckDB: duckDB, limits: limits).convert(parquet, to: lines, in: work)
        return try extract([UInt8](Data(contentsOf: lines)), as: .jsonl)
    }

    private func refusal(limits: ExtractionLimits = ExtractionLimits()) async throws -> ExtractionFailure? {
        do {
            try await ParquetImport(duckDB: duckDB, limits: limits).convert(parquet, to: lines, in: work)
            return nil
        } catch let failure as ExtractionFailure {
            return failure
        }
    }

    @Test func valuesKeepTheirTypesAndDigits() async throws {
        try await make(
            """
            SELECT 1::INTEGER AS "i", 9223372036854775807 AS big, 12345678901234567890::UBIGINT AS u, 0.10::DECIMAL(10,2) AS d,
            12345678901234567890.1234567890::DECIMAL(38,10) AS dd, 0.1::DOUBLE AS f, 'NaN'::DOUBLE AS nan, '-inf'::DOUBLE AS inf,
            true AS bo, NULL AS n, 'x"y' || chr(10) || 'é,' AS "str ""q", '007' AS code
            """)
        let result = try await read()
        #expect(result.columns == ["i", "big", "u", "d", "dd", "f", "nan", "inf", "bo", "n", "str \"q", "code"])
        #expect(
            result.cells == [
                [
                    .json("1"), .json("9223372036854775807"), .json("12345678901234567890"), .json("0.10"),
                    .json("12345678901234567890.1234567890"), .json("0.1"), .null, .string("-Infinity"), .json("true"), .null,
                    .string("x\"y\né,"), .string("007"),
                ]
            ])
    }

    @Test func timesBytesAndNestedValues() async throws {
        try await make(
            """
            SELECT DATE '2024-01-02' AS dt, TIMESTAMP '2024-01-02 03:04:05.678' AS ts, TIMESTAMPTZ '2024-01-02 03:04:05+02' AS tz,
            '\\x00\\xFFabc'::BLOB AS b, [1, NULL] AS l, {'a': 1.10::DECIMAL(4,2), 'b': ['x"']} AS s, MAP {'k': 1} AS m,
            ['NaN'::DOUBLE, 0.5, 'inf'] AS e
            """)
        #expect(
            try await read().cells == [
                [
                    .string("2024-01-02"), .string("2024-01-02 03:04:05.678"), .string("2024-01-02 01:04:05+00"), .string("AP9hYmM="),
                    .json("[1,null]"), .json(#"{"a":1.1,"b":["x\""]}"#), .json(#"{"k":1}"#), .json("[null,0.5,null]"),
                ]
            ])
    }

    @Test func whatIsNoWholeParquetFileIsRefused() async throws {
        try await make("SELECT range AS a, range::VARCHAR AS b FROM range(5000)")
        let whole = try Data(contentsOf: parquet)
        func refused(_ data: Data, _ words: String) async throws {
            try data.write(to: parquet)
            guard case .refused(let sentence) = try await refusal() else {
                Issue.record("not refused: \(data.count) bytes")
                return
            }
            #expect(sentence.contains(words), "\(sentence)")
            #expect(!sentence.contains(folder.url.path), "\(sentence)")
        }
        try await refused(Data("a,b\n1,2\n".utf8), "does not begin with PAR1")
        try await refused(whole.prefix(whole.count / 2), "not complete")
        try await refused(Data("PAR1PAR1".utf8), "not complete")
        try await refused(Data("PAR1".utf8) + Data(repeating: 7, count: 500) + Data("PAR1".utf8), "cannot be read")
        try await refused(Data("PARE".utf8) + Data(repeating: 7, count: 500) + Data("PARE".utf8), "encrypted")
        var damaged = whole
        for place in 100..<300 { damaged[place] ^= 0x5A }
        try damaged.write(to: parquet)
        // Damage inside of the data may be seen or not; it never is anything but a refusal or rows.
        if let failure = try await refusal() {
            guard case .refused = failure else {
                Issue.record("\(failure)")
                return
            }
        }
        try Data().write(to: parquet)
        #expect(try await refusal() == .empty("The file is empty."))
    }

    @Test func anyDamageEndsInARefusalALimitOrRows() async throws {
        try await make("SELECT range AS a, [range] AS b, 'text ' || range AS c FROM range(300)")
        let whole = try Data(contentsOf: parquet)
        var generator = SeededGenerator(state: 9)
        for _ in 0..<12 {
            var damaged = whole
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                damaged[Int.random(in: 4..<(whole.count - 4), using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            try damaged.write(to: parquet)
            if case .crashed(let words) = try await refusal() { Issue.record("\(words)") }
        }
    }

    @Test func noRowsAreSaidToBeNone() async throws {
        try await make("SELECT 1 AS a WHERE false")
        #expect(try await refusal() == .empty("The Parquet file has no rows."))
    }

    @Test func theLimitsHoldForTheTool() async throws {
        try await make("SELECT repeat('x', 1000) || range AS a FROM range(20000)")
        func limit(_ limits: ExtractionLimits) async throws -> String {
            guard case .limitExceeded(let sentence) = try await refusal(limits: limits) else { return "" }
            return sentence
        }
        #expect(try await limit(ExtractionLimits(outputBytes: 100_000)).contains("larger than 100000 bytes"))
        guard case .refused(let sentence) = try await refusal(limits: ExtractionLimits(columns: 0)) else {
            Issue.record("too many columns were taken")
            return
        }
        #expect(sentence.contains("more than 0 columns"))
        let greedy = "SELECT len(list(range::VARCHAR)) FROM range(100000000);"
        guard case .limit(let memory) = try await duckDB.run(greedy, in: work, limits: ExtractionLimits(memoryBytes: 200 << 20)) else {
            Issue.record("memory had no end")
            return
        }
        #expect(memory.contains("bytes of memory"))
        let endless = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b;"
        guard case .limit(let words) = try await duckDB.run(endless, in: work, limits: ExtractionLimits(cpuSeconds: 1)) else {
            Issue.record("an endless query came to an end")
            return
        }
        #expect(words.contains("processor time"))
    }

    @Test func withoutTheToolItsAbsenceIsTheReason() async throws {
        let absent = DuckDB(executable: folder.url.appendingPathComponent("missing"))
        try Data("PAR1 and more, PAR1".utf8).write(to: parquet)
        await #expect(throws: ExtractionFailure.refused(DuckDB.absence)) {
            try await ParquetImport(duckDB: absent, limits: ExtractionLimits()).convert(parquet, to: lines, in: work)
        }
        await #expect(throws: ExtractionFailure.refused(DuckDB.absence)) {
            try await ParquetExport(duckDB: absent).make(from: lines, in: work)
        }
    }

    @Test func theToolIsFoundByName() {
        let named = DuckDB.find(environment: ["QUARRY_DUCKDB": "/a/duckdb", "HOME": "/h"])
        #expect(named.executable.path == "/a/duckdb")
        #expect(DuckDB.find(environment: ["HOME": "/h", "QUARRY_DUCKDB": ""]).executable.path == "/h/.cache/quarry/duckdb/duckdb")
        #expect(DuckDB.find(environment: ["HOME": "/h", "XDG_CACHE_HOME": "/c"]).executable.path == "/c/quarry/duckdb/duckdb")
    }

    // MARK: - Out

    /// Writes rows, exports them, unpacks the archive with the system's tar and reads the part again.
    private func roundTrip(_ columns: [String], _ rows: [[Cell]]) async throws -> Extracted {
        let file = folder.url.appendingPathComponent("rows")
        let writer = try RowWriter(file: file, columns: columns)
        for row in rows { try writer.append(row) }
        try writer.finish()
        let output = folder.url.appendingPathComponent("export")
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        var archive = try await ParquetExport(duckDB: duckDB).make(from: file, in: output)
        var bytes = Data()
        while let piece = try archive.next() { bytes.append(contentsOf: piece) }
        let packed = folder.url.appendingPathComponent("archive.tar.gz")
        try bytes.write(to: packed)
        let unpack = "cd '\(folder.url.path)' && gzip -t archive.tar.gz && tar xzf archive.tar.gz"
        let status = try await offThePool { system(unpack) }
        #expect(status == 0)
        let part = folder.url.appendingPathComponent("part-00000.parquet")
        try FileManager.default.moveItem(at: part, to: parquet)
        return try await read()
    }

    @Test func tablesComeBackAsTheyWere() async throws {
        let columns = ["code", "n", "f", "ok", "big", "long", "mixed", "nested", "date", "none", "Code", "q\"'q"]
        let rows: [[Cell]] = [
            [
                .string("007"), .json("1"), .json("0.1"), .json("true"), .json("12345678901234567890"), .json("0.12345678901234567890"),
                .json("1"), .json("[1,\"ä\"]"), .string("2024-01-02"), .null, .string("x\"\\\n"), .string(""),
            ],
            [
                .null, .json("-5"), .json("2"), .json("false"), .json("1"), .json("1"), .json("true"), .null, .null, .null, .null,
                .string("🙂"),
            ],
        ]
        let result = try await roundTrip(columns, rows)
        #expect(result.columns == ["code", "n", "f", "ok", "big", "long", "mixed", "nested", "date", "none", "Code_2", "q\"'q"])
        #expect(
            result.cells == [
                [
                    .string("007"), .json("1"), .json("0.1"), .json("true"), .string("12345678901234567890"),
                    .string("0.12345678901234567890"), .string("1"), .string("[1,\"ä\"]"), .string("2024-01-02"), .null,
                    .string("x\"\\\n"), .string(""),
                ],
                [
                    .null, .json("-5"), .json("2.0"), .json("false"), .string("1"), .string("1"), .string("true"), .null, .null, .null,
                    .null,
                    .string("🙂"),
                ],
            ])
    }

    @Test func listsAndStructsThatAreAlikeComeBackAsTheyWere() async throws {
        let rows: [[Cell]] = [
            [.json("[\"a\",null,\"007\"]"), .json(#"[{"role":"us\"er\n","it's \"n":1}]"#), .json("{\"a\":[1.5]}"), .json("[[1],[]]")],
            [.json("[]"), .null, .json("{\"a\":null}"), .json("[]")],
        ]
        #expect(try await roundTrip(["list", "chat", "object", "matrix"], rows).cells == rows)
    }

    @Test func aLargerTableComesBackWhole() async throws {
        let rows = (0..<20_000).map { [Cell.json("\($0)"), .string(String(repeating: "text ", count: $0 % 40))] }
        #expect(try await roundTrip(["n", "t"], rows).cells == rows)
    }

    @Test(arguments: [
        (["1", "-9223372036854775808"], ParquetColumn.Kind.integer), (["9223372036854775808"], .text), (["1", "2.5"], .double),
        (["0.30000000000000004"], .double), (["0.300000000000000041"], .text), (["9007199254740993", "0.5"], .text), (["1e5"], .double),
        (["1e999"], .text), (["true", "false"], .boolean), (["true", "1"], .text), (["\"1\"", "2"], .text),
        (["[1]", "[]", "[null,2]"], .list(.integer)), (["[1]", "[\"a\"]"], .text), (["[1]", "2"], .text), ([], .text),
        (["[]"], .list(.text)), (["[[0.5],[]]"], .list(.list(.double))), (["{}"], .text), (["{\"a\":1}", "{\"b\":1}"], .text),
        (["{\"a\":1,\"A\":2}"], .text), (["[0.1234567890123456789]"], .text),
        (
            ["[{\"role\":\"user\",\"n\":1}]", "[{\"role\":null,\"n\":2}]"],
            .list(.structure([.init(name: "role", kind: .text), .init(name: "n", kind: .integer)]))
        ),
        (["null"], .text), (["null", "7"], .integer), (["-0"], .double), (["123456789.12345678"], .double), (["1.10"], .double),
    ])
    func typesLoseNoDigit(values: [String], kind: ParquetColumn.Kind) throws {
        var column = ParquetColumn()
        for value in values {
            let bytes = Array(value.utf8)
            try bytes.withUnsafeBufferPointer { buffer in
                let base = try #require(buffer.baseAddress)
                var scanner = JSONScanner(base, start: 0, end: buffer.count, depthLimit: 10)
                let cell = scanner.value(outerDepth: 0)
                column.add(try #require(cell), base)
            }
        }
        #expect(column.kind == kind)
    }
}
