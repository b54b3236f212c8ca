import CKernels
package import Foundation

/// A vector file, open for reading: a small one is read into memory, a larger one mapped. Opening verifies the file as a whole, so that no
/// file whatsoever can bring the process down, and leaves nothing of a mapped one in memory. The file must not be changed while it is open
/// (vector files are immutable: they are replaced, never rewritten). Opening and reading touch the disk and therefore block.
///
/// `@unchecked Sendable` is safe because the bytes are never written and are freed with the last reference.
package final class VectorFile: @unchecked Sendable {
    /// So much of a mapped file is in memory at a time while it is verified or copied.
    static let sliceBytes = 1 << 20

    /// The number of rows.
    package let count: Int
    package let dimensions: Int
    /// The codes of row 0, `stride` bytes a row, aligned to 64 bytes.
    let codes: UnsafePointer<UInt8>
    /// The scale of row 0.
    let scales: UnsafePointer<Float>
    let vectors: UnsafePointer<Float>
    let stride: Int
    let layout: VectorFileLayout
    private let file: MappedBytes

    /// The name under which vectors can be compared with each other.
    package var family: String { layout.family }
    package var byteSize: Int { layout.fileBytes }

    /// Opens a vector file; throws `VectorFileError` for a file that is not an intact one, and errors of the file system.
    package convenience init(contentsOf url: URL) throws {
        try self.init(MappedBytes(contentsOf: url))
    }

    convenience init(_ data: Data) throws {
        try self.init(MappedBytes(data))
    }

    /// Takes over the bytes.
    private init(_ file: consuming MappedBytes) throws {
        layout = try Self.verify(file)
        guard let base = file.bytes.baseAddress else { throw VectorFileError.corrupt("not a vector file") }
        // The sections lie within the file and are aligned to 64 bytes, as `verify` has made sure.
        codes = (base + layout.codes.lowerBound).assumingMemoryBound(to: UInt8.self)
        scales = (base + layout.scales.lowerBound).assumingMemoryBound(to: Float.self)
        vectors = (base + layout.vectors.lowerBound).assumingMemoryBound(to: Float.self)
        count = layout.rows
        dimensions = layout.dimensions
        stride = layout.stride
        file.expectRandomReads(layout.vectors)
        self.file = file
    }

    /// The vector of a row from 0 to `count` - 1, exactly as it was appended; throws `VectorFileError.noSuchRow` for others.
    package func vector(at row: Int) throws(VectorFileError) -> [Float] {
        guard row >= 0, row < count else { throw .noSuchRow(row) }
        return Array(UnsafeBufferPointer(start: vectors + row * dimensions, count: dimensions))
    }

    /// The dot product of a vector with a row's: for vectors of length 1 their cosine. Throws `VectorFileError.noSuchRow`, or
    /// `.unsuitableVector` when the dimensions differ.
    package func dot(_ query: [Float], _ row: Int) throws(VectorFileError) -> Float {
        guard row >= 0, row < count else { throw .noSuchRow(row) }
        guard query.count == dimensions else { throw .unsuitableVector }
        return query.withUnsafeBufferPointer { query in
            query.baseAddress.map { scan_dot(VectorKernel.best.kernel, $0, vectors + row * dimensions, dimensions) } ?? 0
        }
    }

    /// Passes the vectors, codes and scales of rows that must exist, slice by slice, and gives back their memory.
    func withSections(
        of rows: Range<Int>, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        let step = max(1, Self.sliceBytes / (dimensions * 4))
        var first = rows.lowerBound
        while first < rows.upperBound {
            let count = min(step, rows.upperBound - first)
            let start = layout.vectors.lowerBound + first * dimensions * 4
            try body(
                UnsafeRawBufferPointer(start: vectors + first * dimensions, count: count * dimensions * 4),
                UnsafeRawBufferPointer(start: codes + first * stride, count: count * stride),
                UnsafeRawBufferPointer(start: scales + first, count: count * 4))
            file.releasePages(start..<start + count * dimensions * 4)
            first += count
        }
    }

    private static func verify(_ file: borrowing MappedBytes) throws -> VectorFileLayout {
        let (layout, checksums) = try VectorFileLayout.read(file.bytes)
        for (section, expected) in zip(layout.sections, checksums) {
            var checksum = Checksum()
            for start in Swift.stride(from: section.lowerBound, to: section.upperBound, by: sliceBytes) {
                let slice = start..<min(start + sliceBytes, section.upperBound)
                checksum.add(UnsafeRawBufferPointer(rebasing: file.bytes[slice]))
                file.releasePages(slice)
            }
            guard checksum.value == expected else { throw VectorFileError.corrupt("the checksum of a section") }
        }
        // Once more as a whole: the system maps pages around one that is read, also such as had been released.
        file.releasePages(0..<layout.fileBytes)
        return layout
    }
}
