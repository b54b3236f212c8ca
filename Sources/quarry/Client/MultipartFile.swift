import Foundation
import NIOCore

/// One file and a few fields as `multipart/form-data`, read from disk while it is sent.
struct MultipartFile: Sendable {
    private let file: FilePieces
    private let boundary = "quarry-\(UInt64.random(in: 0...UInt64.max))"
    private let head: Data
    private let tail: Data

    init(file: URL, fields: [String: String]) {
        var head = ""
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            head += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        let name = file.lastPathComponent.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        head += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n"
        self.file = FilePieces(file: file)
        self.head = Data(head.utf8)
        tail = Data("\r\n--\(boundary)--\r\n".utf8)
    }

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    func length() throws -> Int64 { Int64(head.count) + (try file.length()) + Int64(tail.count) }

    /// - Parameter progress: told how many bytes of the file were read.
    func chunks(_ progress: @escaping @Sendable (Int64) -> Void) throws -> AsyncThrowingStream<ByteBuffer, any Error> {
        let handle = try file.open()
        // The stream reads these parts one after the other; a command line may block its only task while it reads.
        nonisolated(unsafe) var isHeadSent = false
        nonisolated(unsafe) var isTailSent = false
        nonisolated(unsafe) var sent: Int64 = 0
        let (head, tail) = (head, tail)
        return AsyncThrowingStream {
            if !isHeadSent {
                isHeadSent = true
                return ByteBuffer(bytes: head)
            }
            if let piece = try FilePieces.next(handle) {
                sent += Int64(piece.readableBytes)
                progress(sent)
                return piece
            }
            if isTailSent { return nil }
            isTailSent = true
            return ByteBuffer(bytes: tail)
        }
    }
}
