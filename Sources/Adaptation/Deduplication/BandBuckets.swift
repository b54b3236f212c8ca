/// Which texts meet in which band: each band's keys sorted, the equal ones a bucket.
struct BandBuckets {
    /// For each text and band the number of its bucket, 0 where it is alone.
    private(set) var buckets: [UInt32]
    /// How many buckets there are; their numbers start with 1.
    private(set) var count = 0
    private let bands: Int

    /// - Parameter keys: `bands` keys for each of `texts` texts; their memory is used again.
    init(keys: consuming [UInt32], bands: Int, texts: Int) {
        buckets = keys
        self.bands = bands
        guard !buckets.isEmpty else { return }
        var pairs = [UInt64](repeating: 0, count: texts)
        var spare = pairs
        for band in 0..<bands {
            for text in 0..<texts { pairs[text] = UInt64(buckets[text * bands + band]) << 32 | UInt64(text) }
            Self.sort(&pairs, &spare)
            number(pairs, band)
        }
    }

    /// The buckets of a text, one for each band.
    func of(_ text: Int) -> ArraySlice<UInt32> {
        buckets.isEmpty ? [] : buckets[text * bands..<(text + 1) * bands]
    }

    private mutating func number(_ pairs: [UInt64], _ band: Int) {
        var start = 0
        while start < pairs.count {
            var end = start + 1
            while end < pairs.count, pairs[end] >> 32 == pairs[start] >> 32 { end += 1 }
            if end - start > 1 { count += 1 }
            let bucket = end - start > 1 ? UInt32(count) : 0
            for pair in pairs[start..<end] { buckets[Int(pair & 0xFFFF_FFFF) * bands + band] = bucket }
            start = end
        }
    }

    /// Sorts by the upper half, 16 bits at a time; equal ones keep their order.
    private static func sort(_ pairs: inout [UInt64], _ spare: inout [UInt64]) {
        for shift: UInt64 in [32, 48] {
            var places = [Int](repeating: 0, count: 1 << 16)
            for pair in pairs { places[Int(pair >> shift & 0xFFFF)] += 1 }
            var sum = 0
            for digit in places.indices {
                let count = places[digit]
                places[digit] = sum
                sum += count
            }
            for pair in pairs {
                let digit = Int(pair >> shift & 0xFFFF)
                spare[places[digit]] = pair
                places[digit] += 1
            }
            swap(&pairs, &spare)
        }
    }
}
