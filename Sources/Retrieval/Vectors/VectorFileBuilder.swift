import CKernels
package import Foundation

/// What a written vector file holds.
package struct VectorFileStatistics: Sendable, Hashable {
    package var rows: Int
    package var bytes: Int
}

/// Writes one vector file: vectors go in one after the other and leave memory at once, however many there are. The calls write files and
/// therefore block. A builder that goes away unfinished leaves nothing behind. Use it from one task at a time.
package final class VectorFileBuilder {
    private let family: String
    private let dimensions: Int
    private let limit: Int
    private let url: URL
    private let partial: URL
    /// Nil once the file is written, or failed to be.
    private var output: FileHandle?
    private var vectors: VectorFileSection
    private var codes: VectorFileSection
    private var scales: VectorFileSection
    private var rowCodes: [Int8]
    private var rows = 0

    /// The bytes that wait in memory, at most three times `VectorFileSection.bufferBytes`.
    var bufferedBytes: Int { vectors.buffer.count + codes.buffer.count + scales.buffer.count }

    /// A builder of a file at `url` for vectors of a family, the name under which vectors can be compared with each other (up to 64 bytes
    /// of UTF-8), with 1 to 4,096 dimensions. Throws `VectorFileError.tooLarge` for more, and errors of the file system.
    package convenience init(family: String, dimensions: Int = 384, to url: URL) throws {
        try self.init(family: family, dimensions: dimensions, limit: VectorFileLayout.maximumRows, to: url)
    }

    init(family: String, dimensions: Int, limit: Int, to url: URL) throws {
        let empty = try VectorFileLayout(family: family, dimensions: dimensions, rows: 0)
        self.family = family
        self.dimensions = dimensions
        self.limit = limit
        self.url = url
        partial = url.appendingPathExtension("partial")
        // The header is known last; its place is kept free.
        try Data(count: VectorFileLayout.headerBytes).write(to: partial)
        rowCodes = [Int8](repeating: 0, count: empty.stride)
        do {
            let output = try FileHandle(forUpdating: partial)
            try output.seekToEnd()
            self.output = output
            vectors = VectorFileSection(appendingTo: output)
            codes = try VectorFileSection(waitingBeside: url)
            scales = try VectorFileSection(waitingBeside: url)
        } catch {
            try? FileManager.default.removeItem(at: partial)
            throw error
        }
    }

    deinit {
        if output != nil { try? FileManager.default.removeItem(at: partial) }
    }

    /// Adds the next row: a vector of length 1 (L2). Throws `VectorFileError.unsuitableVector` when the dimensions differ or a component is
    /// not finite, `.tooLarge` beyond 50 million rows, `.finished` after the end, and errors of the file system.
    package func append(_ vector: UnsafeBufferPointer<Float>) throws {
        guard vector.count == dimensions, let base = vector.baseAddress, vector.allSatisfy(\.isFinite) else {
            throw VectorFileError.unsuitableVector
        }
        try makeRoom(1)
        let scale = scan_quantize(base, dimensions, &rowCodes)
        try vectors.append(UnsafeRawBufferPointer(vector))
        // Codes are kept with the offset of 128, which for two's complement is the top bit turned around. What pads a row is 128, too.
        for index in rowCodes.indices { rowCodes[index] ^= Int8.min }
        try rowCodes.withUnsafeBytes { try codes.append($0) }
        for index in dimensions..<rowCodes.count { rowCodes[index] = 0 }
        try withUnsafeBytes(of: scale) { try scales.append($0) }
        rows += 1
    }

    /// Adds the next row, as above.
    package func append(_ vector: [Float]) throws {
        try vector.withUnsafeBufferPointer { try append($0) }
    }

    /// Adds rows of another file exactly as they are there. Throws as above, `.differentFamilies` when they do not belong into this file,
    /// and `.noSuchRow` when the range does not lie in it.
    func append(_ range: Range<Int>, of file: VectorFile) throws {
        guard file.family == family, file.dimensions == dimensions else { throw VectorFileError.differentFamilies }
        guard range.lowerBound >= 0, range.upperBound <= file.count else { throw VectorFileError.noSuchRow(range.upperBound) }
        try makeRoom(range.count)
        try file.withSections(of: range) { vectorBytes, codeBytes, scaleBytes in
            try vectors.append(vectorBytes)
            try codes.append(codeBytes)
            try scales.append(scaleBytes)
        }
        rows += range.count
    }

    /// Completes the file, which takes the place of what is at the URL. Nothing may be appended afterwards. Throws errors of the file
    /// system; then nothing has changed at the URL.
    @discardableResult package func finish() throws -> VectorFileStatistics {
        guard let output else { throw VectorFileError.finished }
        self.output = nil
        do {
            let layout = try VectorFileLayout(family: family, dimensions: dimensions, rows: rows)
            try vectors.finish()
            try codes.finish()
            try scales.finish()
            try codes.copy(to: output)
            try scales.copy(to: output)
            try output.seek(toOffset: 0)
            let checksums = [vectors, codes, scales].map(\.checksumValue)
            try output.write(contentsOf: Data(layout.header(checksums: checksums)))
            try output.synchronize()
            try output.close()
            guard rename(partial.path, url.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
            return VectorFileStatistics(rows: rows, bytes: layout.fileBytes)
        } catch {
            try? FileManager.default.removeItem(at: partial)
            throw error
        }
    }

    private func makeRoom(_ count: Int) throws(VectorFileError) {
        guard output != nil else { throw .finished }
        guard count <= limit - rows else { throw .tooLarge("\(limit) vectors in one file") }
    }
}
