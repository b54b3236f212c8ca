import Foundation

/// What a person sees: answers on standard output, complaints on standard error.
enum Terminal {
    static func say(_ line: String) { write(line + "\n") }

    /// Without a line end, at once: for answers that stream.
    static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

    static func complain(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

    /// Whether somebody watches, so that a line may be drawn over.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }
}
