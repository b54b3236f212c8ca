import Crypto
import Foundation
import Retrieval

/// A folder with one merged unit: `segment`, which says whose passages it holds, and `vectors` where there are any. Local to this machine
/// and rebuildable: losing it costs time, never data.
struct MergedFolder: Sendable, Hashable {
    let url: URL

    private var segmentFile: URL { url.appending(path: "segment") }
    private var vectorFile: URL { url.appending(path: "vectors") }

    /// Merges what is given into a new folder in `parent`: all of it or nothing. The parts have one language, and all or none have
    /// vectors. The folder is named after what is in it.
    ///
    /// - Throws: errors of files.
    static func write(_ parts: [IndexUnit], in parent: URL) throws -> IndexUnit {
        var name = SHA256()
        for part in parts.flatMap(\.parts) { name.update(data: Data(part.segmentSHA256.utf8)) }
        name.update(data: Data((parts.first?.vectors?.family ?? "").utf8))
        let url = parent.appending(path: Hexadecimal.text(name.finalize()))
        try? FileManager.default.removeItem(at: url)
        let partial = MergedFolder(url: url.appendingPathExtension("partial"))
        try? FileManager.default.removeItem(at: partial.url)
        try FileManager.default.createDirectory(at: partial.url, withIntermediateDirectories: true)
        do {
            try SegmentMerger.merge(parts.map { ($0.parts.first?.segmentSHA256 ?? "", $0.segment) }, to: partial.segmentFile)
            let vectors = parts.compactMap(\.vectors)
            if !vectors.isEmpty { try VectorFileMerger.merge(vectors.map { VectorFilePiece(file: $0) }, to: partial.vectorFile) }
            try FileManager.default.moveItem(at: partial.url, to: url)
        } catch {
            try? FileManager.default.removeItem(at: partial.url)
            throw error
        }
        return try MergedFolder(url: url).open()
    }

    /// - Throws: `SegmentError` or `VectorFileError` for files that are not intact, and errors of files.
    func open() throws -> IndexUnit {
        let segment = try Segment(contentsOf: segmentFile)
        let hasVectors = FileManager.default.fileExists(atPath: vectorFile.path)
        return IndexUnit(
            segment: segment, vectors: hasVectors ? try VectorFile(contentsOf: vectorFile) : nil,
            parts: try segment.parts.map { IndexUnit.Member(segmentSHA256: $0.name, passages: $0.passages) }, folder: self)
    }

    func remove() { try? FileManager.default.removeItem(at: url) }
}
