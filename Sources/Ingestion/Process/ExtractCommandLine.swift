import Foundation

/// What `quarry extract` does: the inside of the child process.
package struct ExtractCommandLine {
    /// The exit codes by which the child tells its parent how it went.
    enum ExitCode {
        static let success: Int32 = 0
        static let crashed: Int32 = 1
        static let refused: Int32 = 2
        static let limitExceeded: Int32 = 3
        static let empty: Int32 = 4
    }

    /// Extracts one file under limits and returns the exit code: 0 done, 2 refused, 3 limit exceeded, 4 empty, 1 anything else.
    ///
    /// Unless it is 0, the last line on standard error is a sentence that says why. The arguments are those of the command line:
    /// a `FileFormat`'s raw value, two paths, `ExtractionLimits` as JSON (`nil` means the defaults), and the names of
    /// the columns of which the text is made as a JSON array (`nil` means all).
    package static func run(format: String, input: String, output: String, limits: String?, passageColumns: String? = nil) -> Int32 {
        do {
            guard let format = FileFormat(rawValue: format) else {
                throw ExtractionFailure.crashed("There is no format named \"\(format)\".")
            }
            let limits = try limits.map { try JSONDecoder().decode(ExtractionLimits.self, from: Data($0.utf8)) } ?? ExtractionLimits()
            let columns = try passageColumns.map { try JSONDecoder().decode([String].self, from: Data($0.utf8)) }
            MemoryExhaustion.report()
            try applyLimits(limits)
            _ = try Extractor(limits: limits, passageColumns: columns).extract(
                format: format, input: URL(fileURLWithPath: input), into: URL(fileURLWithPath: output, isDirectory: true)
            )
            return ExitCode.success
        } catch ExtractionFailure.refused(let sentence) {
            report(sentence)
            return ExitCode.refused
        } catch ExtractionFailure.empty(let sentence) {
            report(sentence)
            return ExitCode.empty
        } catch ExtractionFailure.limitExceeded(let sentence) {
            report(sentence)
            return ExitCode.limitExceeded
        } catch ExtractionFailure.crashed(let sentence) {
            report(sentence)
            return ExitCode.crashed
        } catch  where MemoryExhaustion.isNear {
            report("\(MemoryExhaustion.sentence)")
            return ExitCode.limitExceeded
        } catch {
            report("The file could not be processed: \(error)")
            return ExitCode.crashed
        }
    }

    /// One line on standard error, whatever the file's own words in the sentence contain.
    private static func report(_ sentence: String) {
        let line = sentence.split(whereSeparator: \.isNewline).joined(separator: " ")
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }
}
