import Foundation

/// What a person sees: answers on standard output, complaints on standard error.
enum Terminal {
    static func say(_ line: String) { write(line + "\n") }

    /// Without a line end, at once: for answers that stream.
    /// Whoever stops reading (`quarry ask … | head`) has read enough.
    static func write(_ text: String) { try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8)) }

    static func complain(_ line: String) { draw(line + "\n") }

    /// As it is, on standard error: for lines that are drawn over.
    static func draw(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

    /// Whether somebody watches, so that a line may be drawn over.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }
}
