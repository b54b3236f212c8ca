import Foundation
import NIOCore

/// A stretch of a file as the body of a request: read piece by piece as the connection takes it.
struct FileBody: AsyncSequence, Sendable {
    static let chunkSize = 256 * 1024

    let file: URL
    let range: Range<Int64>

    struct Iterator: AsyncIteratorProtocol {
        let file: URL
        var position: Int64
        let end: Int64
        var handle: FileHandle?

        mutating func next() async throws -> ByteBuffer? {
            guard position < end else { return nil }
            let (file, position, count) = (file, position, Int(Swift.min(Int64(FileBody.chunkSize), end - position)))
            let open = handle
            let (kept, bytes) = try await BlockingWork.run {
                let handle = try open ?? FileHandle(forReadingFrom: file)
                if open == nil { try handle.seek(toOffset: UInt64(position)) }
                return (handle, try handle.read(upToCount: count) ?? Data())
            }
            handle = kept
            guard !bytes.isEmpty else { throw PlatformError.internal("the file to be sent is shorter than it was") }
            self.position += Int64(bytes.count)
            return ByteBuffer(bytes: bytes)
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(file: file, position: range.lowerBound, end: range.upperBound) }
}
