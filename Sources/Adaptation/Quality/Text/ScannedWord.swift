/// A word of a text: letters and digits without anything between them, or one character of a writing without spaces.
struct ScannedWord {
    /// Of the small letters.
    let hash: UInt64
    /// Of the first six small letters: most inflections of a word share it.
    let stem: UInt64
    /// Bytes in the scanned text.
    private let startByte: Int32
    private let endByte: Int32
    private let scalarCount: UInt16
    let script: Script
    let isCapitalised: Bool
    let isNumber: Bool
    /// Letters and digits change places more than once, or a capital follows a small letter, as in an identifier.
    let isMixed: Bool
    /// What stands between the word before and this one.
    let gap: Gap

    var start: Int { Int(startByte) }
    var end: Int { Int(endByte) }
    var scalars: Int { Int(scalarCount) }

    init(
        hash: UInt64, stem: UInt64, start: Int, end: Int, scalars: Int, script: Script, isCapitalised: Bool, isNumber: Bool, isMixed: Bool,
        gap: Gap
    ) {
        self.hash = hash
        self.stem = stem
        // A scan has no more bytes than `TextScan.headBytes` and `tailBytes` together.
        startByte = Int32(start)
        endByte = Int32(end)
        scalarCount = UInt16(min(scalars, Int(UInt16.max)))
        self.script = script
        self.isCapitalised = isCapitalised
        self.isNumber = isNumber
        self.isMixed = isMixed
        self.gap = gap
    }

    /// From the closest to the widest.
    enum Gap: UInt8, Comparable {
        case none, space, mark, sentence, line

        static func < (left: Gap, right: Gap) -> Bool { left.rawValue < right.rawValue }
    }
}
