import Foundation

/// A term of one of the segments that are being merged.
struct TermSource {
    /// The index of the segment.
    let part: Int
    /// The number of the term in it.
    let number: Int
    /// The term's UTF-8; good as long as the segment is.
    let term: UnsafeRawBufferPointer

    /// The order of two terms by their bytes: below, at or above 0.
    static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        guard let one = left.baseAddress, let other = right.baseAddress else { return left.count - right.count }
        let order = Int(memcmp(one, other, min(left.count, right.count)))
        return order != 0 ? order : left.count - right.count
    }
}

/// The terms of several segments in common order. The parts that have terms left wait in a heap of numbers, the hash of the next term in
/// their upper half and the part in the lower, so that the order of thousands of parts costs little; only terms of the same hash are
/// compared by their bytes.
struct TermQueue {
    /// For each part how many passages the parts before it have.
    let bases: [Int]
    private var heap = [UInt64]()
    /// For each part the number of its next term.
    private var numbers: [Int]

    init(_ segments: [Segment]) {
        var base = 0
        bases = segments.map { segment in
            defer { base += segment.passageCount }
            return base
        }
        numbers = segments.map { _ in 0 }
        heap = segments.indices.filter { segments[$0].termCount > 0 }.map { Self.key(segments[$0].termHash(0), part: $0) }
        // Sorted is a heap.
        heap.sort()
    }

    /// The terms of the next hash, sorted by their bytes and then by part; nil when all were given.
    mutating func next(of segments: [Segment]) throws(SegmentError) -> (hash: UInt32, sources: [TermSource])? {
        guard let first = heap.first else { return nil }
        let hash = UInt32(first >> 32)
        var sources = [TermSource]()
        var isOneTerm = true
        while let key = heap.first, UInt32(key >> 32) == hash {
            let part = Int(key & 0xFFFF_FFFF)
            let number = numbers[part]
            let source = TermSource(part: part, number: number, term: try segments[part].termBytes(number))
            if let first = sources.first, TermSource.compare(first.term, source.term) != 0 { isOneTerm = false }
            sources.append(source)
            numbers[part] += 1
            if numbers[part] < segments[part].termCount {
                let next = segments[part].termHash(numbers[part])
                guard next >= hash else { throw .corrupt("the order of terms") }
                heap[0] = Self.key(next, part: part)
            } else {
                heap[0] = heap[heap.count - 1]
                heap.removeLast()
            }
            siftDown()
        }
        if !isOneTerm {
            sources.sort { left, right in
                let order = TermSource.compare(left.term, right.term)
                return order != 0 ? order < 0 : left.part < right.part
            }
        }
        return (hash, sources)
    }

    private static func key(_ hash: UInt32, part: Int) -> UInt64 { UInt64(hash) << 32 | UInt64(part) }

    /// Moves the root down to where it belongs.
    private mutating func siftDown() {
        heap.withUnsafeMutableBufferPointer { heap in
            var parent = 0
            while true {
                var least = 2 * parent + 1
                guard least < heap.count else { return }
                if least + 1 < heap.count, heap[least + 1] < heap[least] { least += 1 }
                guard heap[least] < heap[parent] else { return }
                heap.swapAt(parent, least)
                parent = least
            }
        }
    }
}
