import CStemmer

/// One Snowball stemmer of libstemmer. A handle keeps the last word in itself, so it belongs to one caller at a time: it is made for a
/// call, never shared, and therefore not Sendable.
final class Stemmer {
    private let handle: OpaquePointer?

    /// The stemmer of a language; where the system's library lacks the language, words stay as they are.
    init(language: Language) {
        handle = sb_stemmer_new(language.rawValue, "UTF_8")
    }

    deinit {
        sb_stemmer_delete(handle)
    }

    /// Whether the system's library has the language.
    var isAvailable: Bool { handle != nil }

    /// The stem of one folded word in UTF-8.
    func stem(_ word: [UInt8]) -> String {
        guard let handle, let stem = sb_stemmer_stem(handle, word, Int32(word.count)) else { return String(decoding: word, as: UTF8.self) }
        return String(decoding: UnsafeBufferPointer(start: stem, count: Int(sb_stemmer_length(handle))), as: UTF8.self)
    }
}
