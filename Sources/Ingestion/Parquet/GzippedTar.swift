import Foundation

/// Files as a gzipped tar, streamed: `next` until `nil`. Blocking.
///
/// The files are stored and not compressed again: what is put in here is Parquet, which is compressed already.
package struct GzippedTar: Sendable {
    private static let blockBytes = 512
    /// The most a stored block of DEFLATE holds (RFC 1951 §3.2.4).
    private static let mostStoredBytes = 65_535

    private var entries: [Entry]
    private var source: ByteSource?
    private var isBegun = false
    private var isEnded = false
    private var checksum = Checksum()
    private var length = 0

    private struct Entry: Sendable {
        var file: URL
        var name: String
        var size: Int
    }

    /// An archive of files under their own names. They must stay as they are until the archive has been read.
    init(files: [URL]) throws {
        entries = try files.map { file in
            let size = try fileBytes(file)
            return Entry(file: file, name: file.lastPathComponent, size: size)
        }
    }

    /// The next piece, never empty; `nil` at the end.
    package mutating func next() throws -> [UInt8]? {
        if !isBegun {
            isBegun = true
            // RFC 1952 §2.3: deflate, no flags, no time, no hint, system unknown.
            return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        }
        if let part = try nextPart() { return store(part) }
        if isEnded { return nil }
        isEnded = true
        return end()
    }

    /// The next bytes of the tar itself.
    private mutating func nextPart() throws -> [UInt8]? {
        if let chunk = try source?.next() { return chunk }
        if source != nil {
            source = nil
            let size = entries.removeFirst().size
            let padding = (Self.blockBytes - size % Self.blockBytes) % Self.blockBytes
            if padding > 0 { return [UInt8](repeating: 0, count: padding) }
        }
        guard let entry = entries.first else { return nil }
        source = try ByteSource(file: entry.file, chunkBytes: Self.mostStoredBytes)
        return Self.header(entry)
    }

    private mutating func store(_ part: [UInt8]) -> [UInt8] {
        checksum.add(part)
        length += part.count
        let size = UInt16(part.count)
        return [0, UInt8(size & 0xFF), UInt8(size >> 8), UInt8(~size & 0xFF), UInt8(~size >> 8)] + part
    }

    private mutating func end() -> [UInt8] {
        var output = store([UInt8](repeating: 0, count: 2 * Self.blockBytes))
        output += [1, 0, 0, 0xFF, 0xFF]
        for number in [checksum.value, UInt32(truncatingIfNeeded: length)] {
            for shift in stride(from: 0, through: 24, by: 8) { output.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        return output
    }

    /// A header of POSIX ustar (IEEE 1003.1, pax). The owner is nobody and the time is the epoch, so that equal files give equal archives.
    private static func header(_ entry: Entry) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: blockBytes)
        func put(_ text: String, at place: Int) {
            for (index, byte) in text.utf8.enumerated() { header[place + index] = byte }
        }
        func octal(_ number: Int, digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        put(String(entry.name.utf8.prefix(99)) ?? entry.name, at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(entry.size, digits: 11), at: 124)
        put(octal(0, digits: 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
        return header
    }
}

/// The CRC-32 of gzip (RFC 1952 §8), eight bytes at a time by eight tables.
private struct Checksum: Sendable {
    private var state: UInt32 = 0xFFFF_FFFF

    var value: UInt32 { ~state }

    mutating func add(_ bytes: [UInt8]) {
        var state = state
        bytes.withUnsafeBufferPointer { bytes in
            Self.tables.withUnsafeBufferPointer { tables in
                func entry(_ table: Int, _ byte: UInt32) -> UInt32 { tables[table << 8 | Int(byte & 0xFF)] }
                var place = 0
                while place + 8 <= bytes.count {
                    let word = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian
                    let low = UInt32(truncatingIfNeeded: word) ^ state
                    let high = UInt32(truncatingIfNeeded: word >> 32)
                    state = entry(7, low) ^ entry(6, low >> 8) ^ entry(5, low >> 16) ^ entry(4, low >> 24)
                    state ^= entry(3, high) ^ entry(2, high >> 8) ^ entry(1, high >> 16) ^ entry(0, high >> 24)
                    place += 8
                }
                while place < bytes.count {
                    state = entry(0, state ^ UInt32(bytes[place])) ^ state >> 8
                    place += 1
                }
            }
        }
        self.state = state
    }

    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
            tables[byte] = value
        }
        for place in 256..<tables.count {
            let before = tables[place - 256]
            tables[place] = tables[Int(before & 0xFF)] ^ before >> 8
        }
        return tables
    }()
}
