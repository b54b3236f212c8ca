import Foundation

/// How letters follow each other in a table's words, for the alphabets that `LetterModel` does not know.
struct LetterPairs: Codable, Sendable, Equatable {
    private static let counters = 1 << 14
    /// Letters of a script that must have been seen before it can be judged.
    private static let fewestLetters = 3_000
    /// Letters of a script after which nothing more is learned.
    private static let mostLetters = 300_000

    private var pairs = CountSketch(size: counters)
    private var singles = CountSketch(size: counters)
    private var letters = [Int](repeating: 0, count: Script.allCases.count)
    /// The cost of the letters that were seen after the first, and how many they were.
    private var cost = [Double](repeating: 0, count: Script.allCases.count)
    private var costed = [Double](repeating: 0, count: Script.allCases.count)

    init() {}

    /// Whether words of a script are judged here.
    static func covers(_ script: Script) -> Bool {
        script == .cyrillic || script == .greek || script == .arabic || script == .hebrew || script == .devanagari
    }

    mutating func add(_ text: ReadText) {
        guard let script = text.scan.mainScript, Self.covers(script), letters[Int(script.rawValue)] < Self.mostLetters else { return }
        if letters[Int(script.rawValue)] > Self.fewestLetters / 2, let nats = meanCost(text, script) {
            cost[Int(script.rawValue)] += nats
            costed[Int(script.rawValue)] += 1
        }
        var count = 0
        Self.forEachPair(text, script) { first, second in
            pairs.add(TextHash.combine(UInt64(first), UInt64(second)))
            singles.add(UInt64(first))
            count += 1
        }
        letters[Int(script.rawValue)] += count
    }

    /// How many nats a letter of a text costs above those that are usual in its script; nil when that cannot be told.
    func excess(_ text: ReadText) -> Double? {
        guard let script = text.scan.mainScript, Self.covers(script), letters[Int(script.rawValue)] >= Self.fewestLetters,
            costed[Int(script.rawValue)] >= 5, let nats = meanCost(text, script)
        else { return nil }
        return nats - cost[Int(script.rawValue)] / costed[Int(script.rawValue)]
    }

    private func meanCost(_ text: ReadText, _ script: Script) -> Double? {
        var sum = 0.0
        var count = 0.0
        Self.forEachPair(text, script) { first, second in
            sum -= log((Double(pairs[TextHash.combine(UInt64(first), UInt64(second))]) + 0.2) / (Double(singles[UInt64(first)]) + 10))
            count += 1
        }
        return count < 12 ? nil : sum / count
    }

    /// The first words are enough.
    private static let mostWords = 100

    private static func forEachPair(_ text: ReadText, _ script: Script, _ body: (UInt32, UInt32) -> Void) {
        text.scan.bytes.withUnsafeBufferPointer { bytes in
            for word in text.scan.words.prefix(mostWords) where word.script == script {
                var position = word.start
                var before: UInt32 = 1
                while position < word.end {
                    let letter = CharacterClass.lowercased(TextScan.next(bytes, &position))
                    guard CharacterClass.kind(letter) == .letter else { continue }
                    body(before, letter)
                    before = letter
                }
                body(before, 1)
            }
        }
    }
}
