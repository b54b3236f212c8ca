import Foundation

/// How many bands of how many minima a threshold takes (locality-sensitive hashing; Leskovec, Rajaraman and Ullman, "Mining of Massive
/// Datasets", §3.4): two rows meet when they agree in all minima of one band.
///
/// A band takes one half of its minima from the whole row and one half from its answer. Near duplicates are near in both, so they meet as surely
/// as with minima of one kind; rows with the same long prompt and different answers, or with the same phrase for an answer, do not.
struct BandPlan: Hashable {
    /// Where rows meet.
    let bands: Int
    /// Minima of the whole row in a band.
    let rowMinima: Int
    /// Minima of the answer in a band.
    let answerMinima: Int

    /// Two rows exactly at the threshold may fail to meet with this probability; the nearer they are, the smaller it gets.
    static let mostMissed = 0.002
    /// More minima in a band would hardly part more rows.
    private static let mostMinima = 16

    init(threshold: Double) {
        bands = threshold >= 0.85 ? 16 : threshold >= 0.7 ? 32 : 64
        // Rows at the threshold miss each other in all b bands with a probability of (1 - tʳ)ᵇ.
        let needed = 1 - pow(Self.mostMissed, 1 / Double(bands))
        let minima = threshold >= 1 ? Self.mostMinima : min(Self.mostMinima, max(2, Int(log(needed) / log(threshold))))
        rowMinima = (minima + 1) / 2
        answerMinima = minima / 2
    }

    var rowBins: Int { bands * rowMinima }
    var answerBins: Int { bands * answerMinima }
}
