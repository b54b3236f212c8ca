import Dispatch
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

    /// - Parameter executable: path of a program whose `extract` subcommand calls `ExtractCommandLine`.
    package init(executable: String, limits: ExtractionLimits = ExtractionLimits()) {
        self.executable = executable
        self.limits = limits
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
        let ending = try await runChild(format: format, input: input, into: directory, passageColumns: passageColumns)
        try Task.checkCancellation()
        if let failure = ending.failure(limits: limits) { throw failure }
        return try await summary(in: directory)
    }

    private func runChild(
        format: FileFormat, input: URL, into directory: URL, passageColumns: [String]?
    ) async throws -> ChildEnding {
        let encodedLimits = String(decoding: try JSONEncoder().encode(limits), as: UTF8.self)
        var arguments = [
            "extract", "--format", format.rawValue, "--input", input.path, "--output", directory.path, "--limits", encodedLimits,
        ]
        if let passageColumns {
            arguments += ["--passage-columns", String(decoding: try JSONEncoder().encode(passageColumns), as: UTF8.self)]
        }
        let complete = arguments
        let wallClock = Duration.seconds(limits.wallSeconds)
        return try await withThrowingTaskGroup(of: ChildEnding.self) { group in
            group.addTask { try await spawn(complete) }
            group.addTask {
                try await Task.sleep(for: wallClock)
                return .wallClock
            }
            // Whichever comes first; leaving the group cancels the other, and a cancelled child is killed and waited for.
            defer { group.cancelAll() }
            return try await group.next() ?? .notStarted("nothing was run")
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
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        do {
                            let data = try Data(contentsOf: directory.appendingPathComponent(ArtefactFiles.summary))
                            return try JSONDecoder().decode(ExtractionSummary.self, from: data)
                        } catch {
                            throw ExtractionFailure.crashed("The extraction ended well but left no readable summary: \(error)")
                        }
                    }
                )
            }
        }
    }
}
