import Foundation
import Retrieval

/// What becomes of a document: passages, their keyword segment and their vectors; beside it, the encoder alone on the same passages.
struct IngestionSubject: Subject {
    /// Passages handed to the encoder at a time, as the server does it.
    private static let batch = 128

    private let encoder: SentenceEncoder
    private let text: String
    private let folder: URL

    /// `document` is a text whose paragraphs stand between empty lines.
    init(weights: String, document: String, folder: String) throws {
        encoder = try SentenceEncoder(directory: URL(fileURLWithPath: weights))
        text = try String(contentsOfFile: document, encoding: .utf8)
        self.folder = URL(fileURLWithPath: folder)
    }

    func answer(_ request: [String]) throws -> Answer {
        switch request {
        case ["encode"]:
            let texts = try passages().map(\.encodedText)
            return Answer(seconds: seconds { _ = encoder.encode(texts) }, texts: texts.count)
        case ["ingest"]:
            var count = 0
            return Answer(seconds: try seconds { count = try ingest() }, texts: count)
        default: throw Refusal("What is \(request)?")
        }
    }

    private func passages() throws -> [Passage] {
        var splitter = PassageSplitter()
        var passages = [Passage]()
        var start = 0
        for paragraph in text.components(separatedBy: "\n\n") {
            let end = start + paragraph.unicodeScalars.count
            let block = PassageBlock(kind: .paragraph, text: paragraph, start: start, end: end)
            passages += try splitter.append(block, gap: start == 0 ? "" : "\n\n")
            start = end + 2
        }
        return passages + splitter.finish()
    }

    /// Writes the files of a search and gives back how many passages are in them.
    private func ingest() throws -> Int {
        let passages = try passages()
        var segment = SegmentBuilder()
        for passage in passages { try segment.append(passage) }
        _ = try segment.write(to: folder.appending(path: "ingested.segment"))
        let builder = try VectorFileBuilder(family: SentenceEncoder.family, to: folder.appending(path: "ingested.vectors"))
        for start in stride(from: 0, to: passages.count, by: Self.batch) {
            let texts = passages[start..<min(start + Self.batch, passages.count)].map(\.encodedText)
            for vector in encoder.encode(texts) { try builder.append(vector) }
        }
        try builder.finish()
        return passages.count
    }
}
