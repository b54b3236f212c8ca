import Foundation

/// The quoting of single fields of CSV (RFC 4180).
enum CSVField {
    /// Whether a field holds what would be taken for a part of the file's structure: comma, quote or line end.
    static func mustBeQuoted(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        ByteScan.byteOrLineEnd(0x2C, bytes, start, end) < end || memchr(bytes + start, Int32(UTF8Bytes.quote), end - start) != nil
    }

    /// Whether a field holds nothing but spaces and tabs; a line of them is no record.
    static func isBlank(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        (start..<end).allSatisfy { UTF8Bytes.isSpaceOrTab(bytes[$0]) }
    }

    /// Appends a field in quotes, those inside of it doubled.
    static func appendQuoted(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, to output: inout [UInt8]) {
        output.append(UTF8Bytes.quote)
        var place = start
        while let quote = quote(bytes, place, end) {
            output.append(bytes, place, quote + 1)
            output.append(UTF8Bytes.quote)
            place = quote + 1
        }
        output.append(bytes, place, end)
        output.append(UTF8Bytes.quote)
    }

    /// Appends the text of a field that begins with a quote: doubled quotes are one, what follows the closing quote belongs to it.
    static func appendUnquoted(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, to output: inout [UInt8]) {
        var place = start + 1
        while let quote = quote(bytes, place, end) {
            output.append(bytes, place, quote)
            guard quote + 1 < end, bytes[quote + 1] == UTF8Bytes.quote else {
                return output.append(bytes, quote + 1, end)
            }
            output.append(UTF8Bytes.quote)
            place = quote + 2
        }
        output.append(bytes, place, end)
    }

    /// The first quote in `start..<end`.
    static func quote(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
        guard start < end, let found = memchr(bytes + start, Int32(UTF8Bytes.quote), end - start) else { return nil }
        return UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - bytes
    }
}
