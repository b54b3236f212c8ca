package import Foundation

/// Some rows of a vector file.
package struct VectorFilePiece: Sendable {
    package var file: VectorFile
    package var rows: Range<Int>

    /// These rows of the file, or all of them.
    package init(file: VectorFile, rows: Range<Int>? = nil) {
        self.file = file
        self.rows = rows ?? 0..<file.count
    }
}

/// Makes one vector file of pieces of several, so that a search touches few files.
package enum VectorFileMerger {
    /// Writes the pieces' rows, one behind the other and exactly as they are, completely or not at all, in place of what is at `url`. In
    /// memory is never more than a slice of them. Throws `VectorFileError.differentFamilies` unless all are of one family and
    /// of the same dimensions or when there is no piece, `.noSuchRow` for a range outside of its file, `.tooLarge` beyond 50 million rows, and
    /// errors of the file system. Blocks.
    @discardableResult package static func merge(_ pieces: [VectorFilePiece], to url: URL) throws -> VectorFileStatistics {
        guard let first = pieces.first else { throw VectorFileError.differentFamilies }
        let builder = try VectorFileBuilder(family: first.file.family, dimensions: first.file.dimensions, to: url)
        for piece in pieces { try builder.append(piece.rows, of: piece.file) }
        return try builder.finish()
    }
}
