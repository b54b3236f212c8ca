import Foundation

/// Everything the measures need to know about the characters and words of one text, from one pass over its bytes.
struct TextScan {
    /// Bytes from the start of a text that are looked at, and bytes from its end: what lies between is taken to be of the same kind.
    static let headBytes = 12_288
    static let tailBytes = 4_096

    /// The text that was looked at.
    let bytes: [UInt8]
    /// Whether something was left out in the middle.
    let isShortened: Bool
    private(set) var words: [ScannedWord] = []
    private(set) var letters = [Int](repeating: 0, count: Script.allCases.count)
    private(set) var letterCount = 0
    private(set) var digitCount = 0
    private(set) var punctuationCount = 0
    private(set) var symbolCount = 0
    private(set) var controlCount = 0
    private(set) var replacementCount = 0
    /// Characters that are not white space.
    private(set) var visibleCount = 0
    /// Marks that end a sentence.
    private(set) var sentenceEnds = 0
    /// The kind and the scalar of the last character that is not white space.
    private(set) var lastKind = CharacterKind.space
    private(set) var lastScalar: UInt32 = 0

    init(_ text: String) {
        (bytes, isShortened) = Self.bounded(text)
        scan()
    }

    /// The writing system with the most letters, if there are letters.
    var mainScript: Script? {
        // One character of a writing without letters says as much as three letters.
        func weight(_ index: Int) -> Int {
            letters[index] * (index == Int(Script.han.rawValue) || index == Int(Script.kana.rawValue) ? 3 : 1)
        }
        guard letterCount > 0, let most = letters.indices.max(by: { weight($0) < weight($1) }) else { return nil }
        return Script(rawValue: UInt8(most))
    }

    private static func bounded(_ text: String) -> ([UInt8], Bool) {
        let utf8 = text.utf8
        guard utf8.count > headBytes + tailBytes else { return (Array(utf8), false) }
        var head = Array(utf8.prefix(headBytes))
        // No character is cut into pieces.
        while let last = head.last, last & 0xC0 == 0x80 { head.removeLast() }
        if let last = head.last, last >= 0xC0 { head.removeLast() }
        head.append(UInt8(ascii: "\n"))
        return (head + utf8.suffix(tailBytes).drop { $0 & 0xC0 == 0x80 }, true)
    }

    private mutating func scan() {
        words.reserveCapacity(bytes.count / 5)
        bytes.withUnsafeBufferPointer { buffer in
            var position = 0
            var builder = WordBuilder()
            var gap = ScannedWord.Gap.line
            while position < buffer.count {
                let start = position
                let scalar = Self.next(buffer, &position)
                let kind = CharacterClass.kind(scalar)
                switch kind {
                case .letter, .digit:
                    visibleCount += 1
                    let script = kind == .digit ? Script.latin : CharacterClass.script(scalar)
                    if kind == .letter {
                        letterCount += 1
                        letters[Int(script.rawValue)] += 1
                    } else {
                        digitCount += 1
                    }
                    if builder.isOpen,
                        script.isUnspaced || builder.script.isUnspaced || (kind == .letter && builder.changesScript(to: script))
                    {
                        words.append(builder.close(at: start, gap: gap))
                        gap = .none
                    }
                    builder.add(scalar, isDigit: kind == .digit, script: script, at: start)
                case .mark:
                    if builder.isOpen { continue }
                default:
                    if builder.isOpen {
                        words.append(builder.close(at: start, gap: gap))
                        gap = .none
                    }
                    gap = max(gap, note(kind, scalar))
                }
                if kind != .space, kind != .newline {
                    lastKind = kind
                    lastScalar = scalar
                }
            }
            if builder.isOpen { words.append(builder.close(at: position, gap: gap)) }
        }
    }

    /// Counts a character between words.
    private mutating func note(_ kind: CharacterKind, _ scalar: UInt32) -> ScannedWord.Gap {
        switch kind {
        case .space: return .space
        case .newline: return .line
        case .sentenceEnd:
            sentenceEnds += 1
            visibleCount += 1
            punctuationCount += 1
            return .sentence
        case .control:
            controlCount += 1
            return .mark
        case .symbol:
            symbolCount += 1
            visibleCount += 1
            if scalar == 0xFFFD { replacementCount += 1 }
            return .mark
        default:
            punctuationCount += 1
            visibleCount += 1
            return .mark
        }
    }

    /// Decodes the scalar at a position and moves behind it. The bytes come from a `String`, so that they are valid.
    @inline(__always)
    static func next(_ buffer: UnsafeBufferPointer<UInt8>, _ position: inout Int) -> UInt32 {
        let first = buffer[position]
        position += 1
        if first < 0x80 { return UInt32(first) }
        let length = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3
        var scalar = UInt32(first) & (length == 1 ? 0x1F : length == 2 ? 0x0F : 0x07)
        var taken = 0
        while taken < length, position < buffer.count {
            scalar = scalar << 6 | UInt32(buffer[position] & 0x3F)
            position += 1
            taken += 1
        }
        return scalar
    }
}

/// A word while it is read.
private struct WordBuilder {
    private(set) var isOpen = false
    private(set) var script = Script.latin
    private var hash = TextHash.seed
    private var stem = TextHash.seed
    private var start = 0
    private var scalars = 0
    private var isCapitalised = false
    private var digits = 0
    private var changes = 0
    private var lastIsDigit = false
    private var lastIsCapital = false
    private var hasInnerCapital = false

    /// Latin and Cyrillic letters in one word are two words; digits and marks go with anything.
    func changesScript(to other: Script) -> Bool { digits < scalars && script != other && script != .other && other != .other }

    mutating func add(_ scalar: UInt32, isDigit: Bool, script: Script, at position: Int) {
        let small = CharacterClass.lowercased(scalar)
        if !isOpen {
            self = WordBuilder()
            isOpen = true
            start = position
            self.script = script
            isCapitalised = small != scalar
        } else {
            if isDigit != lastIsDigit { changes += 1 }
            if small != scalar, !lastIsCapital { hasInnerCapital = true }
            if digits == scalars { self.script = script }
        }
        lastIsDigit = isDigit
        lastIsCapital = small != scalar
        if isDigit { digits += 1 }
        scalars += 1
        hash = TextHash.combine(hash, UInt64(small))
        if scalars <= 6 { stem = hash }
    }

    mutating func close(at end: Int, gap: ScannedWord.Gap) -> ScannedWord {
        isOpen = false
        return ScannedWord(
            hash: hash, stem: stem, start: start, end: end, scalars: scalars, script: script, isCapitalised: isCapitalised,
            isNumber: digits == scalars, isMixed: changes > 1 || hasInnerCapital, gap: gap)
    }
}

/// The hash of words: the same in every process, unlike Swift's own.
enum TextHash {
    static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    @inline(__always)
    static func combine(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        // Turned first, so that the order of the two matters.
        let mixed = ((hash << 23 | hash >> 41) ^ value) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ (mixed >> 29)
    }

    /// The hash that a word written in small letters has in a scan.
    static func of(_ word: some StringProtocol) -> UInt64 {
        word.unicodeScalars.reduce(seed) { combine($0, UInt64(CharacterClass.lowercased($1.value))) }
    }
}
