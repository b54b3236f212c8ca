/// Which language a text is written in, as far as that can be told.
struct LanguageGuess {
    /// Nil when the text is too short, is code, or is in a language that is not known here.
    private(set) var language: WrittenLanguage?
    /// 0...1: how far the evidence for the language is ahead of that for any other.
    private(set) var confidence = 0.0
    /// Share of the words that are function words of any language.
    private(set) var functionShare = 0.0

    /// Words that are looked at: more do not make it surer.
    private static let mostWords = 400

    init(_ scan: TextScan, entries: [FunctionWords.Entry?], vocabulary: TableVocabulary? = nil) {
        guard let script = scan.mainScript else { return }
        if script == .latin {
            guessLatin(scan, entries, vocabulary)
        } else {
            guessScript(script, scan)
        }
    }

    private mutating func guessLatin(_ scan: TextScan, _ entries: [FunctionWords.Entry?], _ vocabulary: TableVocabulary?) {
        var votes = [Double](repeating: 0, count: WrittenLanguage.latinCount)
        var words = 0.0
        var functionWords = 0.0
        for (word, entry) in zip(scan.words, entries).prefix(Self.mostWords) where word.script == .latin && !word.isNumber {
            words += 1
            guard let mask = entry?.languages, mask != 0 else {
                if let language = vocabulary?.language(word.stem), Int(language.rawValue) < votes.count {
                    votes[Int(language.rawValue)] += 0.4
                }
                continue
            }
            functionWords += 1
            // Single letters also stand in formulas and lists.
            let vote = word.scalars == 1 ? 0.4 : 1.0
            var rest = mask
            while rest != 0 {
                votes[rest.trailingZeroBitCount] += vote
                rest &= rest - 1
            }
        }
        functionShare = words > 0 ? functionWords / words : 0
        addLetters(scan, words, &votes)
        guard words > 0, let best = votes.indices.max(by: { votes[$0] < votes[$1] }), let found = WrittenLanguage(rawValue: UInt8(best))
        else {
            return
        }
        let second = votes.indices.filter { $0 != best }.map { votes[$0] }.max() ?? 0
        let lead = votes[best] - second
        // About every third word of running text is a function word: few of them among many words are foreign names or code.
        let density = min(1, votes[best] / (0.08 * words))
        guard lead > 0.3 else { return }
        language = found
        confidence = min(1, lead / 2.5) * density
    }

    /// Letters that only some languages write.
    private func addLetters(_ scan: TextScan, _ words: Double, _ votes: inout [Double]) {
        guard scan.bytes.count > scan.letters[Int(Script.latin.rawValue)], scan.bytes.contains(where: { $0 >= 0x80 }) else { return }
        var counts = [Double](repeating: 0, count: votes.count)
        scan.bytes.withUnsafeBufferPointer { bytes in
            guard !bytes.isEmpty else { return }
            for position in 0..<(bytes.count - 1) where bytes[position] >= 0xC3 && bytes[position] <= 0xC8 {
                let scalar = UInt32(bytes[position] & 0x1F) << 6 | UInt32(bytes[position + 1] & 0x3F)
                guard let languages = Self.letters[UInt64(CharacterClass.lowercased(scalar))] else { continue }
                for language in languages { counts[Int(language.rawValue)] += 0.5 / Double(languages.count) }
            }
        }
        for index in votes.indices { votes[index] += min(counts[index], 0.15 * words + 0.5) }
        // Only Spanish opens a question with a mark.
        if Self.contains(scan.bytes, [0xC2BF, 0xC2A1]) { votes[Int(WrittenLanguage.spanish.rawValue)] += 2 }
    }

    private static let letters: HashTable<[WrittenLanguage]> = {
        let sets: [(String, [WrittenLanguage])] = [
            ("ß", [.german]), ("ä", [.german, .finnish, .swedish]), ("ö", [.german, .swedish, .turkish, .finnish, .hungarian]),
            ("ü", [.german, .turkish, .hungarian]), ("ñ", [.spanish]), ("ãõ", [.portuguese]), ("ç", [.french, .portuguese, .turkish]),
            ("èêâîûùëïœ", [.french]), ("ìò", [.italian]), ("å", [.swedish, .danish]), ("øæ", [.danish]), ("łąężźśćń", [.polish]),
            ("řěůčšž", [.czech]), ("ățșţ", [.romanian]), ("ğışİ", [.turkish]), ("őű", [.hungarian]), ("ơưđ", [.vietnamese]),
        ]
        var letters: [UInt64: [WrittenLanguage]] = [:]
        for (characters, languages) in sets { for scalar in characters.unicodeScalars { letters[UInt64(scalar.value)] = languages } }
        return HashTable(letters)
    }()

    private mutating func guessScript(_ script: Script, _ scan: TextScan) {
        let count = scan.letters[Int(script.rawValue)]
        functionShare = 0.3
        confidence = min(1, Double(count) / (script.isUnspaced ? 4 : 12)) * min(1, 1.4 * Double(count) / Double(scan.letterCount))
        switch script {
        case .cyrillic: language = Self.contains(scan.bytes, [0xD196, 0xD197, 0xD194]) ? .ukrainian : .russian
        case .greek: language = .greek
        case .arabic: language = Self.contains(scan.bytes, [0xD9BE, 0xDA86, 0xDAAF]) ? .persian : .arabic
        case .hebrew: language = .hebrew
        case .devanagari: language = .hindi
        case .thai: language = .thai
        case .hangul: language = .korean
        case .kana: language = .japanese
        case .han: language = scan.letters[Int(Script.kana.rawValue)] * 8 > count ? .japanese : .chinese
        case .latin, .other: confidence = 0
        }
    }

    /// Whether one of these two-byte letters is in the text.
    private static func contains(_ bytes: [UInt8], _ letters: [UInt16]) -> Bool {
        guard bytes.count > 1 else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            (0..<(bytes.count - 1)).contains { letters.contains(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])) }
        }
    }
}
