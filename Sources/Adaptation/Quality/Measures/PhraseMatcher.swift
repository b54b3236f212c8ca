/// Finds phrases of a list in the words of a text. Case, marks and line breaks between the words do not matter.
struct PhraseMatcher: Sendable {
    private struct Phrase: Sendable {
        let words: [UInt64]
        let number: Int
    }

    /// By the first word.
    private let phrases: HashTable<[Phrase]>

    /// One phrase a line; its number is that of its line.
    init(_ list: String) {
        var phrases: [UInt64: [Phrase]] = [:]
        for (number, line) in list.split(separator: "\n").enumerated() {
            let words = TextScan(String(line)).words.map(\.hash)
            guard let first = words.first else { continue }
            phrases[first, default: []].append(Phrase(words: words, number: number))
        }
        self.phrases = HashTable(phrases.mapValues { $0.sorted { $0.words.count > $1.words.count } })
    }

    struct Match {
        /// Words of the text.
        let range: Range<Int>
        /// The line in the list.
        let number: Int
    }

    /// All matches that do not overlap, from left to right, the longest first where several begin.
    /// Only those that begin among the first `most` words.
    func matches(in words: [ScannedWord], most: Int) -> [Match] {
        var matches: [Match] = []
        var index = 0
        while index < min(words.count, most) {
            if let match = match(in: words, at: index) {
                matches.append(match)
                index = match.range.upperBound
            } else {
                index += 1
            }
        }
        return matches
    }

    private func match(in words: [ScannedWord], at index: Int) -> Match? {
        guard let candidates = phrases[words[index].hash] else { return nil }
        for phrase in candidates where index + phrase.words.count <= words.count {
            if phrase.words.indices.allSatisfy({ words[index + $0].hash == phrase.words[$0] }) {
                return Match(range: index..<(index + phrase.words.count), number: phrase.number)
            }
        }
        return nil
    }
}
