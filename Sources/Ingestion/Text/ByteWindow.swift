import Foundation

/// The part of a source that is being looked at, in one piece of memory: it grows until what is looked for is whole, and what has been
/// dealt with makes room.
struct ByteWindow<Source: ChunkSource> {
    /// The source, for what it knows at the end (such as the replaced bytes).
    private(set) var source: Source

    /// The bytes; those before `start` have been dealt with.
    private(set) var bytes: [UInt8] = []

    /// Where the rest begins.
    private(set) var start = 0

    init(_ source: Source) {
        self.source = source
    }

    /// How many bytes are there that have not been dealt with.
    var count: Int { bytes.count - start }

    /// Fetches more and moves the rest to the beginning (`start` becomes 0); false if the source has no more.
    ///
    /// What is there is at least doubled, so that a search that begins anew each time stays linear.
    mutating func grow() throws -> Bool {
        if start > 0 {
            bytes.removeSubrange(0..<start)
            start = 0
        }
        let wanted = bytes.count * 2
        var grew = false
        while !grew || bytes.count < wanted {
            guard let chunk = try source.next() else { break }
            bytes.append(contentsOf: chunk)
            grew = true
        }
        return grew
    }

    /// Says that so many bytes have been dealt with.
    mutating func skip(_ count: Int) {
        start += count
    }
}

/// The lines of a source, each as a place in memory that holds until the next is asked for.
struct LineWindow<Source: ChunkSource> {
    private(set) var window: ByteWindow<Source>

    /// The number of the line that was last returned, counted from 1.
    private(set) var number = 0

    /// Bytes from the beginning of the source to the end of the line that was last returned, its line feed included.
    private(set) var offset = 0

    private let limit: Int
    private var taken = 0

    /// - Parameter limit: the most bytes a line may have.
    init(_ source: Source, limit: Int) {
        window = ByteWindow(source)
        self.limit = limit
    }

    /// The next line's place in `window.bytes`, without its line feed; `nil` at the end.
    ///
    /// Throws `ExtractionFailure.refused` for a line over the limit.
    mutating func next() throws -> Range<Int>? {
        window.skip(taken)
        taken = 0
        var searched = 0
        while true {
            if let length = lineLength(from: searched) {
                try check(length)
                return take(length, length + 1)
            }
            searched = window.count
            try check(searched)
            if try window.grow() { continue }
            return searched == 0 ? nil : take(searched, searched)
        }
    }

    private func lineLength(from searched: Int) -> Int? {
        let (start, count) = (window.start, window.count)
        return window.bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress, count > searched else { return nil }
            let first = base + start
            guard let found = memchr(first + searched, Int32(UTF8Bytes.lineFeed), count - searched) else { return nil }
            return UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - first
        }
    }

    private func check(_ length: Int) throws {
        if length > limit {
            throw ExtractionFailure.refused("Line \(number + 1) is longer than \(limit) bytes. Break it into shorter lines.")
        }
    }

    private mutating func take(_ length: Int, _ whole: Int) -> Range<Int> {
        taken = whole
        offset += whole
        number += 1
        return window.start..<(window.start + length)
    }
}

extension ByteWindow: Sendable where Source: Sendable {}
extension LineWindow: Sendable where Source: Sendable {}
