/// A word of a text: letters and digits without anything between them, or one character of a writing without spaces.
struct ScannedWord {
    /// Of the small letters.
    var hash: UInt64
    /// Of the first six small letters: most inflections of a word share it.
    var stem: UInt64
    /// Bytes in the scanned text.
    var start: Int
    var end: Int
    var scalars: Int
    var script: Script
    var isCapitalised: Bool
    var isNumber: Bool
    /// Letters and digits change places more than once, as in an identifier.
    var isMixed: Bool
    /// What stands between the word before and this one.
    var gap: Gap

    /// From the closest to the widest.
    enum Gap: UInt8, Comparable {
        case none, space, mark, sentence, line

        static func < (left: Gap, right: Gap) -> Bool { left.rawValue < right.rawValue }
    }
}
