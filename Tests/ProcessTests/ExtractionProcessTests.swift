import Foundation
import Testing

@testable import Ingestion

/// A real child: the built program beside the test bundle, or the one that QUARRY_TEST_EXECUTABLE names.
@Suite(.timeLimit(.minutes(5))) struct ExtractionProcessTests {
    private let directory: URL
    private var output: URL { directory.appendingPathComponent("output") }

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("extraction-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    private static var executable: String {
        if let named = ProcessInfo.processInfo.environment["QUARRY_TEST_EXECUTABLE"] { return named }
        let bundle = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appendingPathComponent("quarry").path
    }

    private func file(_ content: String) throws -> URL {
        let file = directory.appendingPathComponent("input-\(UUID().uuidString)")
        try Data(content.utf8).write(to: file)
        return file
    }

    private func script(_ body: String) throws -> String {
        let file = try file("#!/bin/sh\n" + body + "\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: file.path)
        return file.path
    }

    /// Nobody writes to it, so that who opens it for reading waits for ever.
    private func pipe() throws -> URL {
        let file = directory.appendingPathComponent("pipe")
        #expect(mkfifo(file.path, 0o600) == 0)
        return file
    }

    /// How a run fails; `nil` if it does not fail by an `ExtractionFailure`.
    private func failure(
        _ executable: String = Self.executable, _ format: FileFormat = .text, _ input: URL, _ limits: ExtractionLimits = ExtractionLimits()
    ) async throws -> ExtractionFailure? {
        do {
            _ = try await ExtractionProcess(executable: executable, limits: limits).run(format: format, input: input, into: output)
            return nil
        } catch let failure as ExtractionFailure {
            return failure
        }
    }

    private func isLimit(_ failure: ExtractionFailure?, _ words: String) -> Bool {
        if case .limitExceeded(let sentence) = failure { return sentence.contains(words) }
        return false
    }

    private func isCrash(_ failure: ExtractionFailure?, _ words: String) -> Bool {
        if case .crashed(let sentence) = failure { return sentence.contains(words) }
        return false
    }

    @Test func theChildLeavesItsResult() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let process = ExtractionProcess(executable: Self.executable)
        let summary = try await process.run(format: .csv, input: file("a,b\n1,ü\n"), into: output)
        #expect(summary == ExtractionSummary(kind: .table, scalars: 10, blocks: 1, rows: 1, columns: ["a", "b"]))
        var rows = try RowReader(directory: output)
        #expect(try rows.next()?.cells == [.string("1"), .string("ü")])
        #expect(Array(try BlockReader(directory: output)).map(\.text) == ["a: 1\nb: ü"])
    }

    @Test func aRefusalBringsItsSentence() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let failure = try await failure(Self.executable, .csv, file("a,b\n1,\"2\n"))
        #expect(
            failure
                == .refused(
                    "A quoted cell begins on line 2 and is never closed. Add the missing quote, or double the quotes inside the cell."
                ))
        #expect(!FileManager.default.fileExists(atPath: output.appendingPathComponent("summary.json").path))
    }

    @Test func aFileWithoutRowsIsEmpty() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        #expect(try await failure(Self.executable, .csv, file("a,b\n")) == .empty("The file has a header row but no rows below it."))
    }

    @Test func theChildMakesTheTextOfTheNamedColumns() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let process = ExtractionProcess(executable: Self.executable)
        let columns = ["c \"ü\"", "a"]
        _ = try await process.run(format: .jsonl, input: file(#"{"a":1,"b":2,"c \"ü\"":[3]}"#), into: output, passageColumns: columns)
        #expect(Array(try BlockReader(directory: output)).map(\.text) == ["c \"ü\": [3]\na: 1"])
        var rows = try RowReader(directory: output)
        #expect(try rows.next()?.cells == [.json("1"), .json("2"), .json("[3]")])
    }

    @Test func parquetGoesThroughTwoChildren() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let rows = directory.appendingPathComponent("rows")
        let writer = try RowWriter(file: rows, columns: ["a", "b"])
        try writer.append([.string("007"), .json("1.5")])
        try writer.finish()
        let export = directory.appendingPathComponent("export")
        try FileManager.default.createDirectory(at: export, withIntermediateDirectories: true)
        _ = try await ParquetExport().make(from: rows, in: export)
        let input = export.appendingPathComponent("part-00000.parquet")
        let summary = try await ExtractionProcess(executable: Self.executable).run(format: .parquet, input: input, into: output)
        #expect(summary.columns == ["a", "b"])
        var reader = try RowReader(directory: output)
        #expect(try reader.next()?.cells == [.string("007"), .json("1.5")])
        #expect(
            Set(try FileManager.default.contentsOfDirectory(atPath: output.path)) == [
                ArtefactFiles.text, ArtefactFiles.blocks, ArtefactFiles.rows, ArtefactFiles.summary,
            ])
    }

    @Test func parquetWithoutItsToolIsRefusedWithTheWayOut() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let process = ExtractionProcess(
            executable: Self.executable, duckDB: DuckDB(executable: directory.appendingPathComponent("missing")))
        let input = try file("PAR1 what stands between PAR1")
        let output = output
        await #expect(throws: ExtractionFailure.refused(DuckDB.absence)) {
            try await process.run(format: .parquet, input: input, into: output)
        }
    }

    @Test func tooMuchMemoryIsALimit() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let input = try file(String(repeating: "x", count: 2_000_000))
        #expect(isLimit(try await failure(Self.executable, .text, input, ExtractionLimits(memoryBytes: 1 << 20)), "memory"))
        #expect(try await failure(Self.executable, .text, input) == nil)
    }

    /// Wherever the memory ends, in a large allocation or a small one, with words or without: it is never told as a crash.
    @Test func anyShortageOfMemoryIsALimit() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let input = try file(String(repeating: "x", count: 1_000_000))
        var tooLittle = 1 << 20
        var enough = 1 << 30
        while enough - tooLittle > 2 << 20 {
            let middle = (tooLittle + enough) / 2
            let failure = try await failure(Self.executable, .text, input, ExtractionLimits(memoryBytes: middle))
            if failure == nil {
                enough = middle
            } else {
                #expect(isLimit(failure, "memory"), "\(middle): \(String(describing: failure))")
                tooLittle = middle
            }
        }
    }

    @Test func tooMuchProcessorTimeIsALimit() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        // A file that never ends keeps the first pass busy.
        let endless = URL(fileURLWithPath: "/dev/zero")
        #expect(isLimit(try await failure(Self.executable, .text, endless, ExtractionLimits(cpuSeconds: 1)), "processor time"))
    }

    @Test func tooMuchOutputIsALimit() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let input = try file(String(repeating: "some words\n\n", count: 20_000))
        #expect(isLimit(try await failure(Self.executable, .text, input, ExtractionLimits(outputBytes: 10_000)), "larger than 10000 bytes"))
    }

    @Test func tooMuchTimeIsALimit() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        #expect(isLimit(try await failure(Self.executable, .text, pipe(), ExtractionLimits(wallSeconds: 1)), "within 1 seconds"))
    }

    @Test func aCrashIsACrash() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let input = try file("text")
        #expect(isCrash(try await failure(script("kill -SEGV $$"), .text, input), "signal 11"))
        #expect(isCrash(try await failure(script("kill -KILL $$"), .text, input), "signal 9"))
        #expect(isCrash(try await failure(script("echo broken >&2; exit 1"), .text, input), "exit code 1: broken"))
        #expect(isCrash(try await failure(script("exit 0"), .text, input), "no readable summary"))
        #expect(isCrash(try await failure(directory.appendingPathComponent("missing").path, .text, input), "could not be started"))
        #expect(isCrash(try await failure(Self.executable, .text, directory.appendingPathComponent("missing")), "exit code 1"))
    }

    @Test func aChildThatRunsOutOfMemoryWithWordsIsALimit() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let words = "Fatal error: failed to allocate 34078656 bytes of memory"
        #expect(isLimit(try await failure(script("echo '\(words)' >&2; kill -ABRT $$"), .text, file("text")), "bytes of memory"))
    }

    @Test func standardErrorIsBoundedAndItsLastLineCounts() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let noisy = try script(
            "i=0; while [ $i -lt 20000 ]; do echo 'a line of noise' >&2; i=$((i+1)); done; echo 'The reason.' >&2; exit 2")
        #expect(try await failure(noisy, .text, file("text")) == .refused("The reason."))
    }

    @Test func theChildInheritsNoEnvironment() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let shows = try script("env | grep -v -e '^PWD=' -e '^_=' -e '^SHLVL=' | cut -d= -f1 | sort | tr '\\n' ' ' >&2; exit 2")
        #expect(try await failure(shows, .text, file("text")) == .refused("PATH SWIFT_BACKTRACE "))
    }

    @Test func cancellingKillsTheChild() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let pipe = try pipe()
        let process = ExtractionProcess(executable: Self.executable)
        let output = output
        let task = Task { try await process.run(format: .text, input: pipe, into: output) }
        // Opening for writing succeeds only while somebody has the pipe open for reading: then the child is at work.
        var writer: Int32 = -1
        while writer < 0 {
            writer = open(pipe.path, O_WRONLY | O_NONBLOCK)
            await Task.yield()
        }
        defer { close(writer) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        signal(SIGPIPE, SIG_IGN)
        #expect(write(writer, "x", 1) == -1 && errno == EPIPE, "somebody still reads the pipe")
    }

    @Test func manyChildrenRunAtOnce() async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let process = ExtractionProcess(executable: Self.executable)
        let input = try file("a paragraph\n\nand another\n")
        let directory = directory
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try await process.run(format: .text, input: input, into: directory.appendingPathComponent("output-\(number)")).blocks
                }
            }
            for try await blocks in group { #expect(blocks == 2) }
        }
    }
}
