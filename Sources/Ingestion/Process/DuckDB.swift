package import Foundation
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// The DuckDB command line tool, with which Parquet is read and written: in a child process, under limits, with no network.
///
/// It is looked for each time it is needed, so that it can be installed while the server runs.
package struct DuckDB: Sendable {
    /// A sentence for whoever meets a server without it.
    package static let absence =
        "Parquet needs the DuckDB command line tool, which this server does not have. Whoever runs it can fetch it with "
        + "scripts/fetch-duckdb.sh, or name it in QUARRY_DUCKDB (docs/operations.md)."

    /// Where the tool is or would be.
    package let executable: URL

    /// The tool at a place of your choice.
    package init(executable: URL) {
        self.executable = executable
    }

    /// What `QUARRY_DUCKDB` names, else where `make` puts the tool: below `$XDG_CACHE_HOME`, or `.cache` in the user's home.
    package static func find(environment: [String: String]) -> DuckDB {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let named = value("QUARRY_DUCKDB") { return DuckDB(executable: URL(fileURLWithPath: named)) }
        let home = value("HOME").map { URL(fileURLWithPath: $0) } ?? FileManager.default.homeDirectoryForCurrentUser
        let cache = value("XDG_CACHE_HOME").map { URL(fileURLWithPath: $0) } ?? home.appendingPathComponent(".cache")
        return DuckDB(executable: cache.appendingPathComponent("quarry/duckdb/duckdb"))
    }

    /// What the environment of this process says.
    package static var installed: DuckDB {
        find(environment: ProcessInfo.processInfo.environment)
    }

    /// Whether the tool is there.
    package var isInstalled: Bool {
        FileManager.default.isExecutableFile(atPath: executable.path)
    }

    /// How a script ended.
    enum Ending: Sendable {
        /// What it wrote to standard output.
        case done(String)
        /// It used more than it may; a sentence for the owner of the file that was worked on.
        case limit(String)
        /// It ended with an error: the first line of it, without the kind of error.
        case failed(String)
    }

    /// Bytes of standard output that are kept: a description of a thousand columns has about a hundred thousand.
    private static let outputBytes = 4 << 20

    /// Share of the address space that the tool may fill with data; the rest is for its code, its stack and what it does not count.
    private static let memoryShare = 0.4

    /// Runs statements in a folder, where the script and what does not fit into memory are put, under the limits of an extraction.
    ///
    /// Cancelling the task kills the tool and throws `CancellationError`. Throws `ExtractionFailure.refused` if the tool is not there.
    func run(_ statements: String, in folder: URL, limits: ExtractionLimits) async throws -> Ending {
        guard isInstalled else { throw ExtractionFailure.refused(Self.absence) }
        let script = folder.appendingPathComponent("statements.sql")
        let settings = """
            SET threads=1;
            SET memory_limit='\(Int(Double(limits.memoryBytes) * Self.memoryShare) >> 20)MiB';
            SET temp_directory=\(Self.literal(folder.appendingPathComponent("spill").path));
            SET autoinstall_known_extensions=false;
            SET autoload_known_extensions=false;
            SET TimeZone='UTC';

            """
        try await offThePool { try Data((settings + statements).utf8).write(to: script) }
        let arguments = [
            "--as=\(limits.memoryBytes)", "--cpu=\(limits.cpuSeconds):\(limits.cpuSeconds + 1)", "--fsize=\(limits.outputBytes)",
            "--core=0", "--", executable.path, "-no-init", "-batch", "-bail", "-no-stdin", "-jsonlines", "-f", script.path,
        ]
        do {
            let result = try await Subprocess.run(
                .name("prlimit"), arguments: Arguments(arguments),
                environment: .custom(["PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": folder.path]),
                workingDirectory: FilePath(folder.path), input: .none, output: .string(limit: Self.outputBytes),
                error: .string(limit: Self.outputBytes))
            try Task.checkCancellation()
            switch result.terminationStatus {
            case .exited(0): return .done(result.standardOutput)
            case .exited: return Self.ending(error: result.standardError, limits)
            case .signaled(SIGXFSZ): return .limit("The rows of the file are larger than \(limits.outputBytes) bytes.")
            // The kernel kills what ignores the first signal of a limit; nothing else of ours does without a cancelled task.
            case .signaled(SIGXCPU), .signaled(SIGKILL):
                return .limit("The file needs more than \(limits.cpuSeconds) seconds of processor time.")
            case .signaled(let signal):
                if result.standardError.contains("bad_alloc") { return Self.memory(limits) }
                return .failed("signal \(signal)")
            }
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw ExtractionFailure.crashed("DuckDB could not be run: \(error)")
        }
    }

    /// A string as SQL.
    static func literal(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }

    /// A name as SQL.
    static func name(_ text: String) -> String {
        "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    private static func memory(_ limits: ExtractionLimits) -> Ending {
        .limit("The file needs more than \(limits.memoryBytes) bytes of memory.")
    }

    /// DuckDB writes `Kind Error: what is wrong`, then advice and an excerpt of the statement.
    private static func ending(error: String, _ limits: ExtractionLimits) -> Ending {
        if error.contains("Out of Memory Error") || error.contains("bad_alloc") || error.contains("std::bad") { return memory(limits) }
        if error.contains("File too large") { return .limit("The rows of the file are larger than \(limits.outputBytes) bytes.") }
        let lines = error.split(whereSeparator: \.isNewline)
        let line = lines.first { $0.contains("Error:") } ?? lines.first ?? "no message"
        return .failed(line.firstRange(of: "Error: ").map { String(line[$0.upperBound...]) } ?? String(line))
    }
}
