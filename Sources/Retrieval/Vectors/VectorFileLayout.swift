import CKernels

/// Why a vector file cannot be written or read.
package enum VectorFileError: Error, Hashable {
    /// The file is not a vector file, is cut off, or was changed; the words say where it was noticed.
    case corrupt(String)
    /// The file was written by a newer Quarry.
    case unknownVersion(UInt32)
    /// More than one file can hold; the words name the limit.
    case tooLarge(String)
    /// There is no row of that number.
    case noSuchRow(Int)
    /// A vector has another number of dimensions than the file, or a component that is not finite.
    case unsuitableVector
    /// Files of different families or dimensions cannot become one.
    case differentFamilies
    /// The builder has written its file already, or failed to.
    case finished
}

/// The vector file: the vectors of the passages of one content, in the order of the passages, never changed once it is written.
///
/// A header of 128 bytes, then three sections, each padded with zeros to a multiple of 64 bytes:
///
/// | section | for each row |
/// | --- | --- |
/// | vectors | the components (f32): what a hit is rescored from |
/// | codes | the components as 8 bits, `stride` bytes: what is scanned |
/// | scales | one f32: component ≈ scale x (code - 128) |
///
/// The header, integers little-endian: magic (8 bytes), version (u32), dimensions (u32), rows (u64), size of the file (u64), the CRC-32 of
/// the three sections with their padding (u32 each), length of the family's name (u32), the name (64 bytes, zeros behind it), zeros, and
/// in the last 4 bytes the CRC-32 of the header up to there. The vectors come first because they can be written as they arrive. Floats are
/// read in place, so the machine must be little-endian, as all are that Swift supports.
struct VectorFileLayout: Sendable, Hashable {
    static let magic: [UInt8] = Array("QUARRYVC".utf8)
    static let version: UInt32 = 1
    static let headerBytes = 128
    static let alignment = 64
    static let maximumFamilyBytes = 64
    static let maximumDimensions = 4096
    /// More rows than this in one file are refused: ten times the passages of the largest content, for merged files.
    static let maximumRows = 10 * SegmentBuilder.maximumPassages

    let family: String
    let dimensions: Int
    let rows: Int

    /// Throws `VectorFileError.tooLarge` beyond a limit.
    init(family: String, dimensions: Int, rows: Int) throws(VectorFileError) {
        guard family.utf8.count <= Self.maximumFamilyBytes else { throw .tooLarge("\(Self.maximumFamilyBytes) bytes of a family's name") }
        guard dimensions >= 1, dimensions <= Self.maximumDimensions else { throw .tooLarge("1 to \(Self.maximumDimensions) dimensions") }
        guard rows >= 0, rows <= Self.maximumRows else { throw .tooLarge("\(Self.maximumRows) vectors in one file") }
        self.family = family
        self.dimensions = dimensions
        self.rows = rows
    }

    /// The bytes of one row's codes.
    var stride: Int { Self.padded(dimensions, to: ScanBlockBytes) }

    var vectors: Range<Int> { Self.headerBytes..<Self.headerBytes + Self.padded(rows * dimensions * 4, to: Self.alignment) }

    var codes: Range<Int> { vectors.upperBound..<vectors.upperBound + Self.padded(rows * stride, to: Self.alignment) }

    var scales: Range<Int> { codes.upperBound..<codes.upperBound + Self.padded(rows * 4, to: Self.alignment) }

    var fileBytes: Int { scales.upperBound }

    /// The sections in the order of the file and of their checksums.
    var sections: [Range<Int>] { [vectors, codes, scales] }

    static func padded(_ count: Int, to alignment: Int) -> Int { (count + alignment - 1) / alignment * alignment }

    /// The header, given the checksums of the sections.
    func header(checksums: [UInt32]) -> [UInt8] {
        var writer = ByteWriter()
        writer.bytes = Self.magic
        writer.fixed(Self.version)
        writer.fixed(UInt32(dimensions))
        writer.fixed(UInt64(rows))
        writer.fixed(UInt64(fileBytes))
        for checksum in checksums { writer.fixed(checksum) }
        writer.fixed(UInt32(family.utf8.count))
        writer.bytes.append(contentsOf: family.utf8)
        writer.bytes.append(contentsOf: repeatElement(0, count: Self.headerBytes - 4 - writer.bytes.count))
        writer.fixed(writer.bytes.withUnsafeBytes { Checksum.of($0) })
        return writer.bytes
    }

    /// What the header of a file says, and the checksums that its sections must have. Throws unless the header is exactly as it was
    /// written and the file has the size that follows from it.
    static func read(_ file: UnsafeRawBufferPointer) throws(VectorFileError) -> (layout: VectorFileLayout, checksums: [UInt32]) {
        guard file.count >= headerBytes, file.prefix(magic.count).elementsEqual(magic) else { throw .corrupt("not a vector file") }
        func integer<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value {
            Value(littleEndian: file.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
        let version = integer(UInt32.self, at: 8)
        guard version == Self.version else { throw .unknownVersion(version) }
        let checked = UnsafeRawBufferPointer(rebasing: file[..<(headerBytes - 4)])
        guard Checksum.of(checked) == integer(UInt32.self, at: headerBytes - 4) else { throw .corrupt("the checksum of the header") }
        guard let rows = Int(exactly: integer(UInt64.self, at: 16)), integer(UInt64.self, at: 24) == UInt64(file.count) else {
            throw .corrupt("the size of the file")
        }
        let familyBytes = Int(integer(UInt32.self, at: 44))
        guard familyBytes <= maximumFamilyBytes else { throw .corrupt("the name of the family") }
        let family = String(decoding: file[48..<48 + familyBytes], as: UTF8.self)
        // A name that is not UTF-8 is read with replacements, which may be longer: that counts as damage too.
        guard family.utf8.count == familyBytes else { throw .corrupt("the name of the family") }
        let layout = try VectorFileLayout(family: family, dimensions: Int(integer(UInt32.self, at: 12)), rows: rows)
        guard layout.fileBytes == file.count else { throw .corrupt("the size of the file") }
        return (layout, [32, 36, 40].map { integer(UInt32.self, at: $0) })
    }
}
