import Foundation

/// Cuts a text into the word pieces that the encoder knows, exactly as the tokenizer that the network was trained with (BERT, uncased).
struct WordPieceTokenizer: Sendable {
    /// A word of more scalars is unknown as a whole.
    static let mostWordScalars = 100
    /// Names that stand for themselves wherever a text contains them, written exactly so.
    private static let marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

    private let vocabulary: Vocabulary
    private let marks: [(name: [UInt8], id: Int32)]
    private let unknown: Int32
    private let first: Int32
    private let last: Int32

    /// Reads the vocabulary; throws `missing` or `invalid`.
    init(vocabulary url: URL, count: Int) throws(EncoderError) {
        vocabulary = try Vocabulary(url, count: count)
        var marks = [(name: [UInt8], id: Int32)]()
        for name in Self.marks {
            guard let id = vocabulary.id(of: name.utf8) else { throw .invalid(path: url.path, reason: "the piece \(name) is missing.") }
            marks.append((Array(name.utf8), id))
        }
        self.marks = marks
        unknown = marks[1].id
        first = marks[2].id
        last = marks[3].id
        // Worked out now rather than within the first query.
        _ = TokenNormalizer.common
    }

    /// The ids of a text between the marks for its start and its end; of a longer text the first `most` - 1 ids, then the end.
    func ids(_ text: String, most: Int) -> [Int32] {
        var ids = [first]
        var text = text
        text.withUTF8 { append($0, most: most - 1, to: &ids) }
        ids.append(last)
        return ids
    }

    private func append(_ text: UnsafeBufferPointer<UInt8>, most: Int, to ids: inout [Int32]) {
        var word = Word()
        var at = 0
        while at < text.count, ids.count < most {
            let byte = text[at]
            if byte == UInt8(ascii: "["), let mark = mark(text, at) {
                finish(&word, &ids)
                ids.append(mark.id)
                at += mark.name.count
                continue
            }
            let scalar = Self.decode(text, &at)
            if scalar.value < TokenNormalizer.common.count {
                add(TokenNormalizer.common[Int(scalar.value)], &word, &ids)
            } else {
                add(TokenNormalizer.form(of: scalar), &word, &ids)
            }
        }
        finish(&word, &ids)
        if ids.count > most { ids.removeLast(ids.count - most) }
    }

    private func mark(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> (name: [UInt8], id: Int32)? {
        marks.first { text[at...].starts(with: $0.name) }
    }

    private func add(_ form: TokenNormalizer.Form, _ word: inout Word, _ ids: inout [Int32]) {
        switch form.kind {
        case .nothing: break
        case .space: finish(&word, &ids)
        case .letter: word.append(form)
        case .alone:
            finish(&word, &ids)
            word.append(form)
            finish(&word, &ids)
        }
    }

    /// Adds the pieces of a word, each the longest that fits; one id for unknown when a rest has none.
    private func finish(_ word: inout Word, _ ids: inout [Int32]) {
        guard word.scalars > 0 else { return }
        let before = ids.count
        let isKnown =
            word.scalars <= Self.mostWordScalars
            && word.bytes.withUnsafeBufferPointer { bytes in
                var start = 0
                while start < bytes.count {
                    guard let piece = vocabulary.longestPiece(bytes, from: start, continues: start > 0) else { return false }
                    ids.append(piece.id)
                    start = piece.end
                }
                return true
            }
        if !isKnown {
            ids.removeLast(ids.count - before)
            ids.append(unknown)
        }
        word.removeAll()
    }

    /// The scalar at `at`, which is moved behind it. A Swift string holds nothing but valid UTF-8.
    private static func decode(_ text: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Unicode.Scalar {
        let lead = text[at]
        if lead < 0x80 {
            at += 1
            return Unicode.Scalar(lead)
        }
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        var value = UInt32(lead) & (0x7F >> UInt32(length))
        for next in at + 1..<min(at + length, text.count) { value = value << 6 | UInt32(text[next] & 0x3F) }
        at += length
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    /// The letters of a word so far. Of a word that is too long nothing is kept but that it is.
    private struct Word {
        var bytes = [UInt8]()
        var scalars = 0

        mutating func append(_ form: TokenNormalizer.Form) {
            scalars += form.scalars
            if scalars <= WordPieceTokenizer.mostWordScalars { bytes.append(contentsOf: form.bytes) }
        }

        mutating func removeAll() {
            bytes.removeAll(keepingCapacity: true)
            scalars = 0
        }
    }
}
