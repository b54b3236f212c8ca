import Crypto
import Foundation
import NIOCore
import Platform

/// Why a file of this machine cannot be sent or written.
struct FileProblem: Error, CustomStringConvertible {
    let reason: String

    var description: String { reason }
}

/// A file that is read piece by piece, so that no size is too large for memory.
struct FilePieces: Sendable {
    private static let pieceSize = 256 * 1024

    let file: URL

    /// - Throws: `FileProblem`.
    func length() throws -> Int64 {
        guard let size = try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize else { throw Self.unreadable(file) }
        return Int64(size)
    }

    /// - Throws: `FileProblem`.
    func open() throws -> FileHandle {
        guard let handle = try? FileHandle(forReadingFrom: file) else { throw Self.unreadable(file) }
        return handle
    }

    /// - Parameter progress: told how many bytes were read.
    /// - Throws: `FileProblem`.
    func chunks(_ progress: @escaping @Sendable (Int64) -> Void) throws -> AsyncThrowingStream<ByteBuffer, any Error> {
        let handle = try open()
        // The stream asks for one piece after the other; a command line may block its only task while it reads.
        nonisolated(unsafe) var sent: Int64 = 0
        return AsyncThrowingStream {
            guard let piece = try Self.next(handle) else { return nil }
            sent += Int64(piece.readableBytes)
            progress(sent)
            return piece
        }
    }

    /// In hexadecimal.
    ///
    /// - Throws: `FileProblem`.
    func sha256() throws -> String {
        let handle = try open()
        var hash = SHA256()
        while let piece = try Self.next(handle) { hash.update(data: piece.readableBytesView) }
        return Hexadecimal.text(hash.finalize())
    }

    /// Nil at the file's end.
    ///
    /// - Throws: `FileProblem`.
    static func next(_ handle: FileHandle) throws -> ByteBuffer? {
        do {
            guard let piece = try handle.read(upToCount: pieceSize), !piece.isEmpty else { return nil }
            return ByteBuffer(bytes: piece)
        } catch {
            throw FileProblem(reason: "A file could not be read to its end: \(error.localizedDescription)")
        }
    }

    private static func unreadable(_ file: URL) -> FileProblem { FileProblem(reason: "The file \(file.path) cannot be read.") }
}
