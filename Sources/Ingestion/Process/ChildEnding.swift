import Foundation

/// How a child process ended, and what that means.
enum ChildEnding: Sendable {
    case exited(Int32, standardError: String)
    case signaled(Int32, standardError: String)
    /// It was killed because its time was up.
    case wallClock
    case notStarted(String)

    /// Why there is no result; `nil` if the child says that there is one.
    func failure(limits: ExtractionLimits) -> ExtractionFailure? {
        switch self {
        case .exited(ExtractCommandLine.ExitCode.success, _):
            return nil
        case .exited(ExtractCommandLine.ExitCode.refused, let standardError):
            return .refused(Self.lastLine(standardError) ?? "The file was refused.")
        case .exited(ExtractCommandLine.ExitCode.empty, let standardError):
            return .empty(Self.lastLine(standardError) ?? "The file is empty.")
        case .exited(ExtractCommandLine.ExitCode.limitExceeded, let standardError):
            return .limitExceeded(Self.lastLine(standardError) ?? "The file needs more than one extraction may use.")
        case .exited(let code, let standardError):
            if Self.ranOutOfMemory(standardError) { return Self.memory(limits) }
            return .crashed("The extraction ended with exit code \(code): \(Self.lastLine(standardError) ?? "no message")")
        case .signaled(SIGXCPU, _):
            return .limitExceeded("The file needs more than \(limits.cpuSeconds) seconds of processor time.")
        case .signaled(SIGXFSZ, _):
            return .limitExceeded("The text of the file is larger than \(limits.outputBytes) bytes.")
        case .wallClock, .signaled(SIGALRM, _):
            return .limitExceeded("The file could not be processed within \(limits.wallSeconds) seconds.")
        case .signaled(let signal, let standardError):
            if Self.ranOutOfMemory(standardError) { return Self.memory(limits) }
            return .crashed("The extraction was ended by signal \(signal): \(Self.lastLine(standardError) ?? "no message")")
        case .notStarted(let reason):
            return .crashed("The extraction could not be started: \(reason)")
        }
    }

    private static func memory(_ limits: ExtractionLimits) -> ExtractionFailure {
        .limitExceeded("The file needs more than \(limits.memoryBytes) bytes of memory.")
    }

    /// The words with which the Swift runtime, the C and C++ libraries and the loader give up when memory is refused.
    /// `MemoryExhaustion` catches the silent endings; these are for one large allocation that failed while small ones would not.
    private static func ranOutOfMemory(_ standardError: String) -> Bool {
        ["allocate", "bad_alloc", "out of memory", "Cannot allocate memory"].contains { standardError.contains($0) }
    }

    private static func lastLine(_ text: String) -> String? {
        text.split(whereSeparator: \.isNewline).last.map(String.init)
    }
}
