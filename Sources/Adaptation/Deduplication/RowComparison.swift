/// What of a row is needed to tell how near another is: the shingles of each part, and its numbers.
///
/// Two rows are near duplicates when
/// 1. all their numbers are the same, in the same order, part by part;
/// 2. together, prompt, answer and contexts have a Jaccard similarity of at least the threshold (shingles of different parts are different);
/// 3. so has the answer by itself;
/// 4. and so has each other part by itself, unless the answer is long: then half of its shingles are enough.
///
/// Rule 2 alone would make "positive" and "negative" the same answer to one long review, for what is short hardly weighs in the whole. A short
/// answer cannot vouch for its question either: "Is Anna eligible?" and "Is Peter eligible?" may both be answered with "Yes". Only rows
/// that give the same long answer ask the same thing in other words.
struct RowComparison {
    /// An answer of so many shingles, about 40 words or 100 ideographs, vouches for a prompt or a context that differs more than the threshold allows.
    static let longAnswer = 200
    /// What a part has at least to have in common with its like, by itself, when a long answer vouches for it.
    static let leastVouched = 0.5

    private let parts: [(part: FoldedRow.Part, shingles: ShingleTable)]
    private let numbers: UInt64

    /// Reads a folded row.
    init(_ row: FoldedRow) {
        parts = row.parts.map { ($0.part, ShingleTable(row, $0.range)) }
        numbers = row.numbers()
    }

    /// Bytes of memory, about.
    var size: Int { parts.reduce(64) { $0 + $1.shingles.size } }

    /// The Jaccard similarity of the whole rows, when the other one is a near duplicate; else nil.
    func nearness(to other: RowComparison, threshold: Double) -> Double? {
        guard numbers == other.numbers, parts.map(\.part) == other.parts.map(\.part) else { return nil }
        var (common, all, isVouchedFor) = (0, 0, false)
        var others = [Double]()
        for (mine, theirs) in zip(parts, other.parts) {
            let shared = mine.shingles.common(theirs.shingles)
            let together = mine.shingles.count + theirs.shingles.count - shared
            common += shared
            all += together
            let share = together == 0 ? 1 : Double(shared) / Double(together)
            if mine.part == .completion {
                guard share >= threshold else { return nil }
                isVouchedFor = shared >= Self.longAnswer
            } else {
                others.append(share)
            }
        }
        let least = isVouchedFor ? min(threshold, Self.leastVouched) : threshold
        guard others.allSatisfy({ $0 >= least }) else { return nil }
        let similarity = all == 0 ? 1 : Double(common) / Double(all)
        return similarity >= threshold ? similarity : nil
    }
}
