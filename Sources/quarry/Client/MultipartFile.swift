import Foundation
import NIOCore

/// One file and a few fields as `multipart/form-data`, read from disk while it is sent.
struct MultipartFile: Sendable {
    private static let chunkSize = 256 * 1024
    private let file: URL
    private let boundary = "quarry-\(UInt64.random(in: 0...UInt64.max))"
    private let head: Data
    private let tail: Data

    init(file: URL, fields: [String: String]) {
        self.file = file
        var head = ""
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            head += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        let name = file.lastPathComponent.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        head += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n"
        self.head = Data(head.utf8)
        tail = Data("\r\n--\(boundary)--\r\n".utf8)
    }

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    func length() throws -> Int64 {
        let size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        return Int64(head.count + size + tail.count)
    }

    func chunks() throws -> AsyncThrowingStream<ByteBuffer, any Error> {
        let handle = try FileHandle(forReadingFrom: file)
        // The stream reads these parts one after the other; a command line may block its only task while it reads.
        nonisolated(unsafe) var parts: [Data] = [head]
        nonisolated(unsafe) var isTailSent = false
        return AsyncThrowingStream {
            if let part = parts.popLast() { return ByteBuffer(bytes: part) }
            if let chunk = try handle.read(upToCount: Self.chunkSize), !chunk.isEmpty { return ByteBuffer(bytes: chunk) }
            if isTailSent { return nil }
            isTailSent = true
            return ByteBuffer(bytes: tail)
        }
    }
}
