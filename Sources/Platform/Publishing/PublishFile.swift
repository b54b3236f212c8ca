import Crypto
package import Foundation

/// One file that is published.
package struct PublishFile: Sendable {
    /// With its extension, without folders.
    package let name: String
    package let file: URL
    package let size: Int64
    /// Of its bytes, 64 lower-case hexadecimal digits.
    package let sha256: String

    /// Measures and hashes a file that does not change any more.
    package static func reading(_ file: URL, name: String) async throws -> PublishFile {
        let (size, sha256) = try await BlockingWork.run {
            let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int64 ?? 0
            return (size, try digest(of: file, range: 0..<size))
        }
        return PublishFile(name: name, file: file, size: size, sha256: sha256)
    }

    /// The SHA-256 of a stretch of the file.
    func digest(of range: Range<Int64>) async throws -> String {
        if range == 0..<size { return sha256 }
        let file = file
        return try await BlockingWork.run { try Self.digest(of: file, range: range) }
    }

    /// The first bytes, at most `count`.
    func beginning(_ count: Int) async throws -> Data {
        let file = file
        return try await BlockingWork.run {
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }
            return try handle.read(upToCount: count) ?? Data()
        }
    }

    /// The SHA-256 of bytes in memory.
    static func digest(of bytes: Data) -> String { Hexadecimal.text(SHA256.hash(data: bytes)) }

    private static func digest(of file: URL, range: Range<Int64>) throws -> String {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(range.lowerBound))
        var hash = SHA256()
        var left = range.upperBound - range.lowerBound
        while left > 0 {
            guard let piece = try handle.read(upToCount: Int(min(left, 1 << 20))), !piece.isEmpty else {
                throw PlatformError.internal("the file to be published is shorter than it was")
            }
            hash.update(data: piece)
            left -= Int64(piece.count)
        }
        return Hexadecimal.text(hash.finalize())
    }
}
