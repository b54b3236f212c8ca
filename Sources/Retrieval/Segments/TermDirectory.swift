/// Where a segment keeps its terms: they are sorted by a hash, and a table says for the hash's first bits where they begin, so that a term
/// is found, or found missing, with two or three looks at memory however many there are. A search over thousands of small segments
/// depends on that.
enum TermHash {
    /// FNV-1a of 32 bits, and then the finalizer of MurmurHash3, because the first bits choose the place.
    static func of(_ term: some Sequence<UInt8>) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for byte in term { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        hash = (hash ^ (hash >> 16)) &* 0x85EB_CA6B
        hash = (hash ^ (hash >> 13)) &* 0xC2B2_AE35
        return hash ^ (hash >> 16)
    }
}

/// A term with its hash, ready to be looked up in any number of segments.
struct HashedTerm {
    let utf8: [UInt8]
    let hash: UInt32

    init(_ term: String) {
        utf8 = Array(term.utf8)
        hash = TermHash.of(utf8)
    }
}

/// Writes the terms of a segment and their posting lists, which come in the order of `TermHash` and then of their bytes. The lists go to the
/// file at once; of each term four bytes stay in memory, and the rest does while it is little.
struct TermDirectory {
    static let entryBytes = 12

    private var hashes = [UInt32]()
    private var textBytes = 0
    private var postingBytes = 0
    private let entries = ByteSpool()
    private let text = ByteSpool()

    var count: Int { hashes.count }

    /// How many of a hash's bits the table of the directory looks at, so that it has one entry for one or two terms.
    static func bits(terms: Int) -> Int { max(0, Int.bitWidth - terms.leadingZeroBitCount - 1) }

    /// Appends a term, and its postings to the section that is being written.
    mutating func append(_ hash: UInt32, _ term: some Collection<UInt8>, _ list: PostingList, to writer: SegmentWriter) throws {
        try appendEntry(hash)
        hashes.append(hash)
        try text.append(Array(term))
        textBytes += term.count
        var count = ByteWriter()
        count.variable(list.count)
        try writer.append(count.bytes)
        try writer.append(list.bytes)
        postingBytes += count.bytes.count + list.bytes.count
        guard max(textBytes, postingBytes) <= Int(UInt32.max) else { throw SegmentError.tooLarge("4 GiB of postings") }
    }

    /// Ends the section of the postings and writes those of the terms.
    mutating func write(to writer: SegmentWriter) throws {
        writer.end(.postings)
        try appendEntry(0)
        try writer.write(.terms, entries)
        try writer.write(.termText, text)
        try writer.write(.termDirectory, table())
    }

    private func appendEntry(_ hash: UInt32) throws {
        var entry = ByteWriter()
        entry.fixed(hash)
        entry.fixed(UInt32(textBytes))
        entry.fixed(UInt32(postingBytes))
        try entries.append(entry.bytes)
    }

    /// For each value of the hashes' first bits, and for the end, the number of terms before it.
    private func table() -> [UInt8] {
        let bits = Self.bits(terms: hashes.count)
        var writer = ByteWriter()
        var next = 0
        for value in 0..<1 << bits {
            while next < hashes.count, Int(hashes[next] >> 1) >> (31 - bits) < value { next += 1 }
            writer.fixed(UInt32(next))
        }
        writer.fixed(UInt32(hashes.count))
        return writer.bytes
    }
}
