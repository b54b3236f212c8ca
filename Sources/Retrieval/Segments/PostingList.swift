/// The posting list of one term: in how many passages it is (variable), then for each of them in order the distance from the passage
/// before (from 0 for the first) times four, plus the frequency minus one up to three; from a frequency of four on, what it is beyond four
/// follows (both variable). So the posting of a common term is one byte, and hardly any needs a second look.
struct PostingList {
    private(set) var count = 0
    private var last = 0
    private var writer = ByteWriter()

    /// The bytes without the count.
    var bytes: [UInt8] { writer.bytes }

    /// Adds the next passage; they come in ascending order.
    mutating func append(passage: Int, frequency: Int) {
        writer.variable((passage - last) << 2 | min(frequency - 1, 3))
        if frequency > 3 { writer.variable(frequency - 4) }
        last = passage
        count += 1
    }

    /// Adds all that `cursor`, which stands on its first posting, walks over, each passage `base` later. Only the first distance changes,
    /// so the bytes behind it are copied. Throws when the list is damaged.
    mutating func append(_ cursor: PostingCursor, _ postings: Int, base: Int) throws(SegmentError) {
        guard cursor.isIntact, count == 0 || cursor.passage + base > last else { throw .corrupt("a posting list") }
        append(passage: cursor.passage + base, frequency: cursor.frequency)
        var rest = cursor
        let behindFirst = cursor.position
        var final = cursor.passage
        rest.forEach(before: .max) { passage, _ in final = passage }
        guard rest.isIntact else { throw .corrupt("a posting list") }
        writer.bytes.append(contentsOf: cursor.bytes(from: behindFirst))
        last = final + base
        count += postings - 1
    }

    /// Forgets everything but the memory.
    mutating func removeAll() {
        count = 0
        last = 0
        writer.bytes.removeAll(keepingCapacity: true)
    }
}

/// Walks one posting list. It stays within the file whatever the bytes are: nonsense ends the list, and `isIntact` says so.
struct PostingCursor {
    /// No posting has more bytes than this: two integers of at most five.
    private static let mostBytes = 10

    private let file: UnsafeRawBufferPointer
    private let end: Int
    private let passageCount: Int
    /// Where the next posting begins.
    private(set) var position: Int
    private var unread: Int
    /// The passage where the cursor stands; `Int.max` beyond the last.
    private(set) var passage = 0
    /// How often the term is in it, 1 or more.
    private(set) var frequency = 1
    private(set) var isIntact = true

    /// A cursor on the first of `count` postings, at least one, whose bytes are `range` of the file. It must not outlive the file.
    init(_ file: UnsafeRawBufferPointer, _ range: Range<Int>, count: Int, passageCount: Int) {
        self.file = file
        end = range.upperBound
        position = range.lowerBound
        unread = count - 1
        self.passageCount = passageCount
        let code = Self.variable(file, &position, end)
        step(code, from: 0)
    }

    /// The rest of the list's bytes from a position on.
    func bytes(from position: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file[min(position, end)..<end]) }

    /// Calls `body` with passage and frequency from where the cursor stands up to the last posting before `limit`; then it stands on the
    /// first that is not before it.
    @inline(__always)
    mutating func forEach(before limit: Int, _ body: (_ passage: Int, _ frequency: Int) -> Void) {
        let limit = min(limit, passageCount)
        guard passage < limit, let start = file.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        // Up to here no posting can reach beyond the file, so that its bytes need no test.
        let safe = min(end, file.count - Self.mostBytes)
        var (passage, frequency, position, unread) = (self.passage, self.frequency, self.position, self.unread)
        repeat {
            body(passage, frequency)
            if unread == 0 || position >= safe { break }
            var code = Int(start[position])
            position += 1
            if code >= 0x80 { code = Self.longer(code, start, &position) }
            passage &+= code >> 2
            frequency = (code & 3) + 1
            if frequency == 4 {
                var more = Int(start[position])
                position += 1
                if more >= 0x80 { more = Self.longer(more, start, &position) }
                frequency += more
            }
            if code < 4 { passage = passageCount }
            unread -= 1
        } while passage < limit
        (self.passage, self.frequency, self.position, self.unread) = (passage, frequency, position, unread)
        if passage < limit { finish(before: limit, body) } else if passage >= passageCount { leave(intact: false) }
    }

    /// The last postings, which stand where a damaged file could lead out of it, and the end of the list.
    @inline(__always)
    private mutating func finish(before limit: Int, _ body: (_ passage: Int, _ frequency: Int) -> Void) {
        while true {
            guard unread > 0 else { return leave(intact: position == end) }
            unread -= 1
            let code = Self.variable(file, &position, end)
            guard let code, code > 3 else { return leave(intact: false) }
            step(code, from: passage)
            guard passage < limit else { return }
            body(passage, frequency)
        }
    }

    /// Reads on behind the distance `code`.
    private mutating func step(_ code: Int?, from before: Int) {
        guard let code, before + code >> 2 < passageCount else { return leave(intact: false) }
        passage = before + code >> 2
        frequency = (code & 3) + 1
        if frequency == 4 {
            guard let more = Self.variable(file, &position, end) else { return leave(intact: false) }
            frequency += more
        }
    }

    private mutating func leave(intact: Bool) {
        passage = .max
        unread = 0
        if !intact { isIntact = false }
    }

    /// The rest of an integer of which only the first byte was read: five bytes at most.
    @inline(__always)
    private static func longer(_ first: Int, _ bytes: UnsafePointer<UInt8>, _ position: inout Int) -> Int {
        var value = first & 0x7F
        var shift = 7
        while shift < 35 {
            let byte = Int(bytes[position])
            position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return value
    }

    private static func variable(_ file: UnsafeRawBufferPointer, _ position: inout Int, _ end: Int) -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard position < end else { return nil }
            let byte = Int(file[position])
            position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
