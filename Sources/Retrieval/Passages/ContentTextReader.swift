package import Foundation

/// Reads pieces of a content's text by Unicode scalar offsets, front to back, a small buffer at a time: for the text between two blocks,
/// and for showing the span of a citation. The text is UTF-8. Its calls read a file and therefore block.
package struct ContentTextReader {
    /// Why a piece cannot be read.
    package enum Failure: Error, Hashable {
        /// The offsets lie before what was read already, or run backwards.
        case notForward
        /// The text ends before the piece does.
        case endOfText
    }

    private static let bufferBytes = 64 * 1024

    private let handle: FileHandle
    private var buffer = [UInt8]()
    private var position = 0
    /// The scalar offset of the next scalar to be read.
    package private(set) var offset = 0

    /// Opens a text; throws the file system's error.
    package init(contentsOf url: URL) throws {
        handle = try FileHandle(forReadingFrom: url)
    }

    /// The scalars `range` of the text. Each call must begin at or after the end of the one before.
    package mutating func text(_ range: Range<Int>) throws -> String {
        guard range.lowerBound >= offset else { throw Failure.notForward }
        _ = try advance(to: range.lowerBound, collecting: false)
        return String(decoding: try advance(to: range.upperBound, collecting: true), as: UTF8.self)
    }

    private mutating func advance(to target: Int, collecting: Bool) throws -> [UInt8] {
        var collected = [UInt8]()
        while true {
            if position == buffer.count {
                buffer = try handle.read(upToCount: Self.bufferBytes).map { [UInt8]($0) } ?? []
                position = 0
                if buffer.isEmpty {
                    guard offset == target else { throw Failure.endOfText }
                    return collected
                }
            }
            let start = position
            var isDone = false
            while position < buffer.count {
                // A byte that does not continue a scalar begins the next one; the trailing bytes of the last scalar are taken along.
                if buffer[position] & 0xC0 != 0x80 {
                    if offset == target {
                        isDone = true
                        break
                    }
                    offset += 1
                }
                position += 1
            }
            if collecting { collected.append(contentsOf: buffer[start..<position]) }
            if isDone { return collected }
        }
    }
}
