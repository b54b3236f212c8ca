/// Makes the MinHash of rows, by bins: a shingle falls into one bin, and each bin keeps its least hash, so that a shingle costs a few steps instead
/// of one for each minimum. Only when bins stay empty is a further round made with other hashes, for these alone ("fast similarity
/// sketching"; Dahlgaard, Knudsen and Thorup, 2017). A round's minima never displace those of an earlier one, so two rows of different lengths agree as
/// often as they should. What the last round leaves empty is filled from other bins (Shrivastava, 2017).
struct RowSignature {
    /// Bytes of a sketch: half of the row's, half of the answer's.
    static let sketchHalf = 64
    /// Enough for a row of a few words to fill nine bins of ten.
    private static let rounds: UInt64 = 8

    let plan: BandPlan
    private var row: Minima
    private var answer: Minima

    init(plan: BandPlan) {
        self.plan = plan
        row = Minima(bins: plan.rowBins)
        answer = Minima(bins: plan.answerBins)
    }

    /// Takes the minima of a row.
    ///
    /// - Parameters:
    ///   - keys: gets one key for each band. Rows with different numbers have no key in common.
    ///   - sketch: gets eight bits of some minima; the share of equal bytes estimates how near two rows are.
    mutating func take(_ folded: FoldedRow, keys: inout [UInt32], sketch: inout [UInt64]) {
        row.clear()
        answer.clear()
        var round: UInt64 = 0
        while round < Self.rounds {
            spread(folded, round)
            let isRowFull = row.settle()
            let isAnswerFull = answer.settle()
            if isRowFull, isAnswerFull { break }
            round += 1
        }
        row.densify()
        answer.densify()
        appendKeys(folded.numbers(), to: &keys)
        row.appendSketch(to: &sketch)
        answer.appendSketch(to: &sketch)
    }

    private mutating func spread(_ folded: FoldedRow, _ round: UInt64) {
        // A row without an answer has minima of all its parts there, of other hashes than the row's own.
        let hasAnswer = folded.parts.contains { $0.part == .completion && !$0.range.isEmpty }
        let (rowBins, answerBins) = (UInt64(plan.rowBins), UInt64(plan.answerBins))
        folded.bytes.withUnsafeBytes { bytes in
            row.found.withUnsafeMutableBufferPointer { row in
                answer.found.withUnsafeMutableBufferPointer { answer in
                    for (part, range) in folded.parts {
                        let salt = part.tag &+ round &* 0xE703_7ED1_A0B4_28DB
                        if part == .completion || !hasAnswer {
                            Shingles.forEach(bytes, in: range) { shingle in
                                let hash = Mixing.fold(shingle ^ salt, 0xD6E8_FEB8_6659_FD93)
                                Minima.put(hash & 0xFFFF_FFFF, row, rowBins)
                                Minima.put(hash >> 32, answer, answerBins)
                            }
                        } else {
                            Shingles.forEach(bytes, in: range) { shingle in
                                let hash = Mixing.fold(shingle ^ salt, 0xD6E8_FEB8_6659_FD93)
                                Minima.put(hash & 0xFFFF_FFFF, row, rowBins)
                            }
                        }
                    }
                }
            }
        }
    }

    private func appendKeys(_ numbers: UInt64, to keys: inout [UInt32]) {
        for band in 0..<plan.bands {
            var hash = numbers &+ UInt64(band)
            for place in 0..<plan.rowMinima { hash = Mixing.finish(hash ^ UInt64(row.kept[band * plan.rowMinima + place])) }
            for place in 0..<plan.answerMinima { hash = Mixing.finish(hash ^ UInt64(answer.kept[band * plan.answerMinima + place])) }
            keys.append(UInt32(truncatingIfNeeded: hash >> 32))
        }
    }
}

/// The least hash of each bin.
struct Minima {
    private static let empty = UInt32.max

    /// What the rounds so far have settled.
    private(set) var kept: [UInt32]
    /// What this round has found.
    var found: [UInt32]

    init(bins: Int) {
        kept = Array(repeating: Self.empty, count: bins)
        found = kept
    }

    mutating func clear() {
        for bin in kept.indices {
            kept[bin] = Self.empty
            found[bin] = Self.empty
        }
    }

    /// Puts 32 bits of hash into their bin: the whole part of the product is the bin, its fraction the value.
    @inline(__always)
    static func put(_ hash: UInt64, _ minima: UnsafeMutableBufferPointer<UInt32>, _ bins: UInt64) {
        let product = hash &* bins
        let bin = Int(truncatingIfNeeded: product >> 32)
        let value = UInt32(truncatingIfNeeded: product)
        // Without a branch: in the first half of a row it could not be predicted.
        minima[bin] = min(minima[bin], value)
    }

    /// Ends a round: its minima fill what was empty. Says whether nothing is empty any more.
    mutating func settle() -> Bool {
        var isFull = true
        for bin in kept.indices {
            if kept[bin] == Self.empty { kept[bin] = found[bin] }
            if kept[bin] == Self.empty { isFull = false }
            found[bin] = Self.empty
        }
        return isFull
    }

    /// Gives each empty bin the minimum of a full one. Which one follows from the empty bin's number alone, so that two rows choose alike.
    mutating func densify() {
        guard kept.contains(Self.empty), kept.contains(where: { $0 != Self.empty }) else { return }
        let original = kept
        for bin in kept.indices where original[bin] == Self.empty {
            var state = UInt64(bin + 1) &* 0x9E37_79B9_7F4A_7C15
            var source = bin
            repeat {
                state = Mixing.finish(state &+ 0x9E37_79B9_7F4A_7C15)
                source = Int(truncatingIfNeeded: ((state >> 32) &* UInt64(kept.count)) >> 32)
            } while original[source] == Self.empty
            kept[bin] = original[source]
        }
    }

    func appendSketch(to sketch: inout [UInt64]) {
        for word in 0..<RowSignature.sketchHalf / 8 {
            var packed: UInt64 = 0
            for place in 0..<8 { packed = packed << 8 | UInt64((kept[(8 * word + place) % kept.count] &* 0x9E37_79B1) >> 24) }
            sketch.append(packed)
        }
    }
}
