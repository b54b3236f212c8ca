import Foundation
import Ingestion

/// The rows of a table: taken in as the child process does it, read back, and handed out.
struct RowSubject: Subject {
    private let folder: URL
    private var rows: URL { folder.appending(path: ArtefactFiles.rows) }

    /// `folder` is for what is extracted.
    init(folder: String) {
        self.folder = URL(fileURLWithPath: folder, isDirectory: true)
    }

    func answer(_ request: [String]) throws -> Answer {
        switch (request.first, request.count) {
        case ("extract", 3):
            guard let format = FileFormat(rawValue: request[1]) else { throw Refusal("There is no format \(request[1]).") }
            var count = 0
            let time = try seconds {
                count = try Extractor().extract(format: format, input: URL(fileURLWithPath: request[2]), into: folder).rows
            }
            return Answer(seconds: time, texts: count)
        case ("read", 1):
            var reader = try RowReader(file: rows)
            var count = 0
            let time = try seconds { while try reader.next() != nil { count += 1 } }
            return Answer(seconds: time, texts: count)
        case ("export", 2):
            guard let format = RowExportFormat(rawValue: request[1]) else { throw Refusal("There is no format \(request[1]).") }
            var export = RowExport(try RowReader(file: rows), format: format)
            var bytes = 0
            let time = try seconds { while let piece = try export.next() { bytes += piece.count } }
            return Answer(seconds: time, bytes: bytes)
        default: throw Refusal("What is \(request)?")
        }
    }
}
