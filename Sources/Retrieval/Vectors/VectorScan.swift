import CKernels
import Foundation

/// One pass over the codes of all units.
struct VectorScan {
    /// Chunks start at a multiple of this many rows of a unit, so that the kernels work on whole blocks.
    private static let chunkAlignment = 64

    let units: [VectorUnit]
    let question: VectorQuestion
    /// For each group how many candidates are wanted.
    let capacities: [Int]

    private var groups: Int { capacities.count }

    /// The best rows of each group by their codes, best first. The scan is divided into `chunks` of about the same number of rows, which
    /// run at the same time on as many threads as the machine has cores. Only rows that score more than their group's floor are looked for.
    func candidates(chunks: Int, floors: [Float]) -> [[ScanHit]] {
        let tops = VectorScanTops((0..<chunks).flatMap { _ in zip(capacities, floors) })
        let rows = units.reduce(0) { $0 + $1.rows }
        if chunks == 1 {
            scan(0..<rows, into: tops, from: 0)
        } else {
            DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
                scan(rows * chunk / chunks..<rows * (chunk + 1) / chunks, into: tops, from: chunk * groups)
            }
        }
        return (0..<groups).map { group in
            let found = (0..<chunks).flatMap { tops.hits($0 * groups + group) }
            return Array(found.sorted { ($1.score, $0.unit, $0.row) < ($0.score, $1.unit, $1.row) }.prefix(capacities[group]))
        }
    }

    /// Scans those rows whose place among all units' rows lies in `places`, up to the alignment of chunks.
    private func scan(_ places: Range<Int>, into tops: VectorScanTops, from firstTop: Int) {
        var start = 0
        for (number, unit) in units.enumerated() {
            let count = unit.rows
            defer { start += count }
            guard start + count > places.lowerBound, unit.group >= 0, unit.group < groups else { continue }
            if start >= places.upperBound { return }
            guard unit.file.dimensions == question.vector.count else { continue }
            let first = Self.aligned(places.lowerBound - start, count)
            let end = Self.aligned(places.upperBound - start, count)
            if first < end {
                question.scan(first..<end, of: unit.file, mask: unit.mask, unit: number, into: &tops.tops[firstTop + unit.group])
            }
        }
    }

    /// Where in a unit of `count` rows a chunk begins or ends that would do so at `place`.
    private static func aligned(_ place: Int, _ count: Int) -> Int {
        place <= 0 ? 0 : place >= count ? count : place / chunkAlignment * chunkAlignment
    }
}

/// The best rows so far of every chunk and group.
///
/// `@unchecked Sendable` is safe because each chunk writes to tops of its own, and they are read when all chunks are done.
final class VectorScanTops: @unchecked Sendable {
    let tops: UnsafeMutableBufferPointer<ScanTop>
    private let memory: UnsafeMutableBufferPointer<ScanHit>

    /// Tops of these capacities and thresholds.
    init(_ tops: [(capacity: Int, threshold: Float)]) {
        memory = .allocate(capacity: tops.reduce(0) { $0 + max(1, $1.capacity) })
        self.tops = .allocate(capacity: tops.count)
        var place = memory.baseAddress
        for (index, top) in tops.enumerated() {
            // There is always room for one, so that no kernel meets a top without any.
            let capacity = max(1, top.capacity)
            let empty = ScanTop(hits: place, capacity: UInt32(truncatingIfNeeded: capacity), count: 0, threshold: top.threshold)
            self.tops.initializeElement(at: index, to: empty)
            place = place.map { $0 + capacity }
        }
    }

    deinit {
        memory.deallocate()
        tops.deallocate()
    }

    func hits(_ index: Int) -> UnsafeBufferPointer<ScanHit> {
        UnsafeBufferPointer(start: tops[index].hits, count: Int(tops[index].count))
    }
}
