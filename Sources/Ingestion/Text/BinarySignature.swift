/// The first bytes of common binary files, which people upload under the wrong name.
enum BinarySignature {
    /// How many bytes of a file are looked at.
    static let headBytes = 16

    /// What kind of binary file begins like this; `nil` if it may be text.
    static func name(of head: [UInt8]) -> String? {
        if head.count >= 12, Array(head[4..<8]) == Array("ftyp".utf8) { return "an MP4 or HEIF file" }
        return signatures.first { head.starts(with: $0.bytes) }?.name
    }

    private static let signatures: [(bytes: [UInt8], name: String)] = [
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "a PNG image"),
        ([0xFF, 0xD8, 0xFF], "a JPEG image"),
        (Array("GIF87a".utf8), "a GIF image"),
        (Array("GIF89a".utf8), "a GIF image"),
        (Array("%PDF-".utf8), "a PDF document"),
        ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive (Word and Excel files are such archives, too)"),
        ([0x50, 0x4B, 0x05, 0x06], "an empty ZIP archive"),
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1], "an old Word or Excel file"),
        ([0x1F, 0x8B, 0x08], "a gzip archive"),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7-Zip archive"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "an xz archive"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard archive"),
        ([0x7F, 0x45, 0x4C, 0x46], "a program"),
        (Array("SQLite format 3\0".utf8), "an SQLite database"),
        (Array("PAR1".utf8), "a Parquet file (whose name ends in .parquet)"),
        (Array("OggS\0".utf8), "an Ogg file"),
    ]
}
