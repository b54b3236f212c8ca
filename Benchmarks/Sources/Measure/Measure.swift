import Foundation
import Ingestion

/// Measures what the server is made of. Each subject reads requests from standard input, one a line, and answers each with one line of
/// JSON, so that whoever compares can take turns between us and a peer.
@main struct Measure {
    static let usage = """
        usage: Measure encoder WEIGHTS KERNEL TEXTS.json   bulk SET COUNT | query SET COUNT | vectors SET FILE.f32
               Measure vectors BASE.f32 ROWS FOLDER [raw]  search UNITS COUNT | exact COUNT (the last 50 vectors of BASE are the queries)
               Measure ingestion WEIGHTS DOCUMENT FOLDER   encode | ingest
               Measure rows FOLDER                         extract FORMAT FILE | read | export FORMAT
               Measure extract FORMAT FILE FOLDER          does it once and ends, as the server's child process
               Measure evaluation WEIGHTS                  assess TABLE.jsonl RESULT.json encoder|words | rate TABLE.jsonl
               Measure deduplication ROWS.json THRESHOLD   find (ROWS: an object of the lists `prompts` and `completions`)
               Measure limits                              arithmetic KERNEL | read BYTES THREADS
        """

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            switch (arguments.first, arguments.count) {
            case ("encoder", 4): try EncoderSubject(weights: arguments[1], kernel: arguments[2], texts: arguments[3]).serve()
            case ("vectors", 4...5):
                try VectorSubject(base: arguments[1], rows: arguments[2], folder: arguments[3], isRaw: arguments.count == 5).serve()
            case ("ingestion", 4): try IngestionSubject(weights: arguments[1], document: arguments[2], folder: arguments[3]).serve()
            case ("rows", 2): try RowSubject(folder: arguments[1]).serve()
            case ("extract", 4):
                exit(ExtractCommandLine.run(format: arguments[1], input: arguments[2], output: arguments[3], limits: nil))
            case ("evaluation", 2): try EvaluationSubject(weights: arguments[1]).serve()
            case ("deduplication", 3): try DeduplicationSubject(rows: arguments[1], threshold: arguments[2]).serve()
            case ("limits", 1): try LimitSubject().serve()
            default: throw Refusal(usage)
            }
        } catch {
            try? FileHandle.standardError.write(contentsOf: Data("\(error)\n".utf8))
            exit(1)
        }
    }
}

/// Why something cannot be measured, in a sentence.
struct Refusal: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
