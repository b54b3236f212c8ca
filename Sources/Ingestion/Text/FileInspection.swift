import Foundation

/// What a first pass over a file tells: its encoding, and that it is text at all.
struct FileInspection: Equatable {
    /// The encoding of the whole file.
    var encoding: TextEncoding

    /// Bytes of the byte order mark at its beginning; they are not text.
    var markBytes: Int

    /// Whether a form feed occurs, which divides plain text into pages.
    var hasFormFeed: Bool

    /// Control characters that text may hold before it counts as binary: this many, or this share if that is more.
    static let toleratedControls = 8
    static let toleratedControlShare = 0.01

    /// Text in Windows-1252 forms valid sequences of UTF-8 by chance ("CAFÉ»"), but this rarely: if no more than one stands beside so many
    /// bad ones, the whole file is taken for Windows-1252. Else it is a mixture, of which every place is read as what it is.
    static let damagesForEachSoundSequence = 50

    /// Reads the file once, from end to end, with bounded memory.
    ///
    /// Throws `ExtractionFailure.empty` or, for a binary file, `.refused`.
    init(file: URL, chunkBytes: Int = ByteSource.defaultChunkBytes) throws {
        var beginning = try ByteSource(file: file, chunkBytes: BinarySignature.headBytes)
        let head = try beginning.next() ?? []
        if head.isEmpty { throw ExtractionFailure.empty("The file is empty.") }
        if let name = BinarySignature.name(of: head) {
            throw ExtractionFailure.refused("The file is not text: its first bytes are those of \(name).")
        }
        (encoding, markBytes) = Self.byteOrderMark(head)

        var counts = Counts()
        var decoder = ScalarDecoder(encoding: encoding)
        var source = try ByteSource(file: file, chunkBytes: chunkBytes)
        while let chunk = try source.next() { counts.add(chunk, with: &decoder) }
        if decoder.finish() > 0 { counts.damaged += 1 }

        hasFormFeed = counts.formFeeds > 0
        let tolerated = max(Self.toleratedControls, Int(Double(counts.scalars) * Self.toleratedControlShare))
        if counts.controls > tolerated {
            throw ExtractionFailure.refused(
                "The file is not text: it contains \(counts.controls) control characters. "
                    + "If it is text in UTF-16, save it with a byte order mark or as UTF-8."
            )
        }
        if encoding == .utf8, counts.damaged > 0 {
            let isMixture = markBytes > 0 || counts.sound * Self.damagesForEachSoundSequence > counts.damaged
            encoding = isMixture ? .utf8OrWindows1252 : .windows1252
        }
    }

    private static func byteOrderMark(_ head: [UInt8]) -> (TextEncoding, Int) {
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if head.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
        if head.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
        return (.utf8, 0)
    }

    private struct Counts {
        var scalars = 0
        /// NUL and the other control characters that text has no use for.
        var controls = 0
        var formFeeds = 0
        /// Valid sequences of more than one byte.
        var sound = 0
        var damaged = 0

        mutating func add(_ chunk: [UInt8], with decoder: inout ScalarDecoder) {
            var place = 0
            while place < chunk.count {
                if decoder.isBetweenUTF8 {
                    let start = place
                    place = addClean(chunk, from: start)
                    guard place < chunk.count else { return }
                }
                let byte = chunk[place]
                place += 1
                while add(decoder.step(byte)) {}
            }
        }

        /// True if the step's byte must be given once more.
        private mutating func add(_ step: ScalarDecoder.Step) -> Bool {
            switch step {
            case .pending: return false
            case .scalar(let value):
                add(value)
                return false
            case .foreign(_, _, let again), .undecodable(_, let again):
                damaged += 1
                return again
            }
        }

        /// Counts what is clean UTF-8 without decoding it, and returns where that ends.
        private mutating func addClean(_ chunk: [UInt8], from start: Int) -> Int {
            chunk.withUnsafeBufferPointer { bytes in
                guard let base = bytes.baseAddress else { return start }
                let end = ByteScan.cleanUTF8(base, start, bytes.count)
                scalars += ByteScan.scalarCount(UnsafeBufferPointer(rebasing: bytes[start..<end]))
                sound += ByteScan.longSequences(base, start, end)
                return end
            }
        }

        private mutating func add(_ scalar: UInt32) {
            scalars += 1
            switch scalar {
            case 0x08, 0x09, 0x0A, 0x0D, 0x1B: break  // backspace and escape occur in captured terminal output
            case 0x0C: formFeeds += 1
            case 0x00...0x1F: controls += 1
            case 0x80...: sound += 1
            default: break
            }
        }
    }
}
