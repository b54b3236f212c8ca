import Foundation

/// The word pieces of the encoder and their ids: a hash table with open addressing over the bytes of all pieces. A piece written `##ing`
/// continues a word; it is kept as `ing`, apart from the piece `ing` that begins one.
struct Vocabulary: Sendable {
    /// A longer piece is not looked for; the vocabulary in use has none beyond 18 bytes.
    static let mostPieceBytes = 64

    /// How many pieces there are; ids are smaller.
    let count: Int
    private let bytes: [UInt8]
    /// The end of each piece in `bytes`; its start is the end of the one before.
    private let ends: [Int32]
    private let isContinuation: [Bool]
    /// Ids, -1 where free; the size is a power of two, at least twice the count.
    private let slots: [Int32]
    /// The longest piece in bytes, of those that are looked for.
    private let longest: Int

    /// Reads a file with one piece a line, the id being the number of the line. Throws `missing`, or `invalid` when a piece is there twice
    /// or their number is not `count`.
    init(_ url: URL, count: Int) throws(EncoderError) {
        let data: Data
        do { data = try Data(contentsOf: url) } catch { throw .missing(path: url.path, reason: error.localizedDescription) }
        var bytes = [UInt8]()
        var ends = [Int32]()
        var isContinuation = [Bool]()
        var longest = 0
        for line in data.split(separator: UInt8(ascii: "\n"), maxSplits: count, omittingEmptySubsequences: false).prefix(count) {
            let continues = line.count > 2 && line.starts(with: "##".utf8)
            let piece = continues ? line.dropFirst(2) : line
            bytes.append(contentsOf: piece)
            ends.append(Int32(bytes.count))
            isContinuation.append(continues)
            if piece.count <= Self.mostPieceBytes { longest = max(longest, piece.count) }
        }
        let lines = data.count(where: { $0 == UInt8(ascii: "\n") }) + (data.last == UInt8(ascii: "\n") ? 0 : 1)
        guard lines == count, ends.count == count else {
            throw .invalid(path: url.path, reason: "it has \(lines) lines, not \(count).")
        }
        var slots = [Int32](repeating: -1, count: Self.slotCount(count))
        var start = 0
        for id in 0..<count {
            let piece = bytes[start..<Int(ends[id])]
            start = Int(ends[id])
            var slot = piece.reduce(into: Hash(continues: isContinuation[id])) { $0.add($1) }.slot(slots.count)
            while slots[slot] >= 0 {
                let other = Int(slots[slot])
                let otherStart = other == 0 ? 0 : Int(ends[other - 1])
                if isContinuation[other] == isContinuation[id], bytes[otherStart..<Int(ends[other])] == piece {
                    throw .invalid(path: url.path, reason: "line \(id + 1) repeats line \(other + 1).")
                }
                slot = (slot + 1) & (slots.count - 1)
            }
            slots[slot] = Int32(id)
        }
        self.count = count
        self.bytes = bytes
        self.ends = ends
        self.isContinuation = isContinuation
        self.slots = slots
        self.longest = longest
    }

    /// The id of a piece that begins a word.
    func id(of piece: some Collection<UInt8>) -> Int32? {
        let copy = Array(piece)
        return copy.withUnsafeBufferPointer { word in
            longestPiece(word, from: 0, continues: false).flatMap { $0.end == word.count ? $0.id : nil }
        }
    }

    /// The longest piece that `word` has at `start`, and where it ends.
    func longestPiece(_ word: UnsafeBufferPointer<UInt8>, from start: Int, continues: Bool) -> (id: Int32, end: Int)? {
        let most = min(longest, word.count - start)
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: Self.mostPieceBytes) { candidates in
            var hash = Hash(continues: continues)
            for length in 0..<most {
                hash.add(word[start + length])
                candidates[length] = hash.slot(slots.count)
            }
            var length = most
            while length > 0 {
                var slot = candidates[length - 1]
                while case let id = Int(slots[slot]), id >= 0 {
                    let from = id == 0 ? 0 : Int(ends[id - 1])
                    if Int(ends[id]) - from == length, isContinuation[id] == continues, equal(from, word, start, length) {
                        return (Int32(id), start + length)
                    }
                    slot = (slot + 1) & (slots.count - 1)
                }
                length -= 1
            }
            return nil
        }
    }

    private func equal(_ from: Int, _ word: UnsafeBufferPointer<UInt8>, _ start: Int, _ length: Int) -> Bool {
        for at in 0..<length where bytes[from + at] != word[start + at] { return false }
        return true
    }

    private static func slotCount(_ count: Int) -> Int {
        var size = 1024
        while size < 2 * count { size *= 2 }
        return size
    }

    /// FNV-1a, begun differently for pieces that continue a word.
    private struct Hash {
        private var value: UInt32

        init(continues: Bool) { value = continues ? 0x811C_9DC5 ^ 0x5BD1_E995 : 0x811C_9DC5 }

        mutating func add(_ byte: UInt8) { value = (value ^ UInt32(byte)) &* 0x0100_0193 }

        /// The first place to look; `size` is a power of two.
        func slot(_ size: Int) -> Int { Int(value ^ value >> 15) & (size - 1) }
    }
}
