/// The words of a table: in how many rows each stands, and in which language.
struct TableVocabulary: Codable, Sendable, Equatable {
    private static let counters = 1 << 19
    private static let languageSlots = 1 << 16

    private var documents = CountSketch(size: counters)
    /// For each script the words that only one row has, and all words, as far as they were counted once for each row.
    private var single = [Int](repeating: 0, count: Script.allCases.count)
    private var all = [Int](repeating: 0, count: Script.allCases.count)
    /// For each slot a language and its lead over the others, by the majority vote of Boyer and Moore.
    private var languages = [UInt8](repeating: 0, count: languageSlots)
    private var leads = [UInt8](repeating: 0, count: languageSlots)

    init() {}

    /// A word that a row has.
    mutating func add(_ key: UInt64, script: Script) {
        let before = documents.add(key)
        all[Int(script.rawValue)] += 1
        if before == 0 { single[Int(script.rawValue)] += 1 }
        if before == 1 { single[Int(script.rawValue)] -= 1 }
    }

    /// A word of a text whose language is sure.
    mutating func add(_ key: UInt64, language: WrittenLanguage) {
        let slot = Self.slot(key)
        if languages[slot] == language.rawValue {
            if leads[slot] < 100 { leads[slot] += 1 }
        } else if leads[slot] == 0 {
            languages[slot] = language.rawValue
            leads[slot] = 1
        } else {
            leads[slot] -= 1
        }
    }

    /// In how many rows a word stands.
    func rows(_ key: UInt64) -> Int { documents[key] }

    /// How likely a word of a script is that no other row has.
    func newShare(_ script: Script) -> Double {
        let index = Int(script.rawValue)
        return (Double(single[index]) + 20) / (Double(all[index]) + 20)
    }

    /// The language that a word mostly has here, when it was seen in several texts.
    func language(_ key: UInt64) -> WrittenLanguage? {
        let slot = Self.slot(key)
        return leads[slot] >= 2 ? WrittenLanguage(rawValue: languages[slot]) : nil
    }

    private static func slot(_ key: UInt64) -> Int { Int(truncatingIfNeeded: (key &* 0xD6E8_FEB8_6659_FD93) >> 48) }
}
