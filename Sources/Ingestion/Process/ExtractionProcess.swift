package import Foundation
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// Runs the extraction of one file in a child process, so that a hostile or broken file can harm nothing but that process.
package struct ExtractionProcess: Sendable {
    /// How much of the end of the child's standard error is kept, in bytes.
    static let keptErrorBytes = 16 << 10

    private let executable: String
    private let limits: ExtractionLimits
    private let duckDB: DuckDB

    /// - Parameters:
    ///   - executable: path of a program whose `extract` subcommand calls `ExtractCommandLine`.
    ///   - limits: those of a small file; they grow with its size (`ExtractionLimits.scaled`).
    ///   - duckDB: what reads Parquet; it need not be there until a Parquet file comes.
    package init(executable: String, limits: ExtractionLimits = ExtractionLimits(), duckDB: DuckDB = .installed) {
        self.executable = executable
        self.limits = limits
        self.duckDB = duckDB
    }

    /// Extracts `input` into `directory` and returns the summary that the child left there.
    ///
    /// Cancelling the task kills the child and throws `CancellationError`. Everything else that goes wrong is an `ExtractionFailure`.
    /// Only a returned summary says that the directory is complete; after an error its content means nothing.
    /// - Parameter passageColumns: the columns of which a table's text and blocks are made, in this order; `nil` means all. The
    ///   rows have all columns in any case.
    package func run(
        format: FileFormat, input: URL, into directory: URL, passageColumns: [String]? = nil
    ) async throws -> ExtractionSummary {
        let size = try? await offThePool { try fileBytes(input) }
        let limits = limits.scaled(toInputBytes: size ?? 0)
        if format == .parquet { return try await runParquet(input, directory, passageColumns, limits) }
        return try await extract(format: format, input: input, into: directory, passageColumns: passageColumns, limits: limits)
    }

    /// Parquet goes through a file of JSON Lines, by two children one after the other.
    private func runParquet(
        _ input: URL, _ directory: URL, _ passageColumns: [String]?, _ limits: ExtractionLimits
    ) async throws -> ExtractionSummary {
        let folder = directory.appendingPathComponent("parquet", isDirectory: true)
        try await offThePool { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        defer { try? FileManager.default.removeItem(at: folder) }
        let lines = folder.appendingPathComponent("rows.jsonl")
        let conversion = ParquetImport(duckDB: duckDB, limits: limits)
        let late = try await within(limits.wallSeconds) {
            try await conversion.convert(input, to: lines, in: folder)
            return false
        } otherwise: {
            true
        }
        if late, let failure = ChildEnding.wallClock.failure(limits: limits) { throw failure }
        return try await run(format: .jsonl, input: lines, into: directory, passageColumns: passageColumns)
    }

    private func extract(
        format: FileFormat, input: URL, into directory: URL, passageColumns: [String]?, limits: ExtractionLimits
    ) async throws -> ExtractionSummary {
        let encodedLimits = String(decoding: try JSONEncoder().encode(limits), as: UTF8.self)
        var arguments = [
            "extract", "--format", format.rawValue, "--input", input.path, "--output", directory.path, "--limits", encodedLimits,
        ]
        if let passageColumns {
            arguments += ["--passage-columns", String(decoding: try JSONEncoder().encode(passageColumns), as: UTF8.self)]
        }
        let complete = arguments
        let ending = try await within(limits.wallSeconds) {
            try await spawn(complete)
        } otherwise: {
            ChildEnding.wallClock
        }
        try Task.checkCancellation()
        if let failure = ending.failure(limits: limits) { throw failure }
        return try await summary(in: directory)
    }

    /// What a child comes to, or something else if its time is up. A child that is late or whose task is cancelled is killed and waited for.
    private func within<Value: Sendable>(
        _ seconds: Int, _ child: @escaping @Sendable () async throws -> Value, otherwise late: @escaping @Sendable () -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask(operation: child)
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return late()
            }
            // Whichever comes first; leaving the group cancels the other.
            defer { group.cancelAll() }
            guard let first = try await group.next() else { return late() }
            return first
        }
    }

    private func spawn(_ arguments: [String]) async throws -> ChildEnding {
        do {
            let result = try await Subprocess.run(
                .path(FilePath(executable)),
                arguments: Arguments(arguments),
                // Nothing of ours, above all no secret. A crash is told in one line and not explored for seconds.
                environment: .custom(["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"]),
                input: .none,
                output: .discarded,
                error: .sequence
            ) { execution in
                var kept: [UInt8] = []
                for try await buffer in execution.standardError {
                    buffer.withUnsafeBytes { kept.append(contentsOf: $0) }
                    if kept.count > Self.keptErrorBytes { kept.removeFirst(kept.count - Self.keptErrorBytes) }
                }
                return String(decoding: kept, as: UTF8.self)
            }
            switch result.terminationStatus {
            case .exited(let code): return .exited(code, standardError: result.closureResult)
            case .signaled(let signal): return .signaled(signal, standardError: result.closureResult)
            }
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            return .notStarted("\(error)")
        }
    }

    private func summary(in directory: URL) async throws -> ExtractionSummary {
        try await offThePool {
            do {
                let data = try Data(contentsOf: directory.appendingPathComponent(ArtefactFiles.summary))
                return try JSONDecoder().decode(ExtractionSummary.self, from: data)
            } catch {
                throw ExtractionFailure.crashed("The extraction ended well but left no readable summary: \(error)")
            }
        }
    }
}
