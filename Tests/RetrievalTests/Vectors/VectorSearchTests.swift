import CKernels
import Testing

@testable import Retrieval

@Suite struct VectorSearchTests {
    static let kernels = VectorKernel.allCases.filter(\.isSupported)

    @Test(arguments: kernels) func everyKernelFindsTheNearest(_ kernel: VectorKernel) throws {
        for (index, count) in [1, 7, 8, 9, 15, 16, 17, 33, 300].enumerated() {
            for dimensions in [1, 3, 100, 384] {
                let units = [VectorUnit(file: try vectorFile(clusteredVectors(count, dimensions: dimensions, seed: UInt64(index))))]
                for query in clusteredVectors(3, dimensions: dimensions, seed: 99) {
                    let hits = VectorSearch.search(query, in: units, limit: 10, groups: 1, kernel: kernel)
                    #expect(try fault(hits[0], query, in: units, group: 0, limit: 10) == nil, "\(count) rows of \(dimensions)")
                }
            }
        }
    }

    @Test(arguments: kernels) func unitsMasksAndGroupsAreObserved(_ kernel: VectorKernel) throws {
        var random = SeededGenerator(21)
        for round in 0..<4 {
            let units = try (0..<12).map { number in
                let count = [0, 1, 2, 15, 16, 40, 130, 300].randomElement(using: &random) ?? 0
                let file = try vectorFile(clusteredVectors(count, dimensions: 64, seed: UInt64(round * 100 + number)), dimensions: 64)
                let visible = (0..<3).map { _ in
                    let start = Int.random(in: 0...count, using: &random)
                    return start..<Int.random(in: start...count, using: &random)
                }
                let mask = Bool.random(using: &random) ? PassageMask(size: count, visible: visible) : nil
                return VectorUnit(file: file, mask: mask, group: Int.random(in: -1...3, using: &random))
            }
            let query = clusteredVectors(1, dimensions: 64, seed: UInt64(round))[0]
            for (limit, chunks) in [(1, 1), (5, 2), (10, 3), (2_000, 1), (2_000, 4)] {
                let found = VectorSearch.search(query, in: units, limit: limit, groups: 3, kernel: kernel, chunks: chunks)
                #expect(found.count == 3)
                for (group, hits) in found.enumerated() {
                    #expect(try fault(hits, query, in: units, group: group, limit: limit) == nil, "group \(group), limit \(limit)")
                }
            }
        }
    }

    @Test(arguments: kernels) func equalRowsComeInTheOrderOfUnitAndRow(_ kernel: VectorKernel) throws {
        let few = clusteredVectors(3, clusters: 3, seed: 5)
        let files = try [200, 1, 333].map { count in try vectorFile((0..<count).map { few[$0 % 3] }) }
        let units = files.map { VectorUnit(file: $0) }
        for chunks in 1...4 {
            for (limit, expectedUnits) in [(10, [0]), (67, [0]), (150, [0, 1, 2])] {
                let hits = VectorSearch.search(few[0], in: units, limit: limit, groups: 1, kernel: kernel, chunks: chunks)[0]
                #expect(try fault(hits, few[0], in: units, group: 0, limit: limit) == nil)
                let equal = hits.filter { few[0] == (try? files[$0.unit].vector(at: $0.row)) }
                #expect(Array(Set(equal.map(\.unit))).sorted() == expectedUnits)
                #expect(equal.prefix(60).map(\.row) == (0..<min(60, limit)).map { $0 * 3 })
            }
        }
    }

    @Test(arguments: 1...3) func ofMoreEqualRowsThanCandidatesTheFirstAreFound(_ chunks: Int) throws {
        // 5,000 rows that are good and 5 in the last unit that are better: those must not drive out the first of the others.
        let good = try vectorFile([[Float]](repeating: [0.5], count: 2_500))
        let better = try vectorFile([[Float]](repeating: [1], count: 5))
        let units = [good, good, better].map { VectorUnit(file: $0) }
        let hits = VectorSearch.search([1], in: units, limit: 10, groups: 1, kernel: .best, chunks: chunks)[0]
        #expect(hits.map { [$0.unit, $0.row] } == (0..<5).map { [2, $0] } + (0..<5).map { [0, $0] })
    }

    @Test func allKernelsScoreAlikeToTheLastBit() throws {
        let units = [VectorUnit(file: try vectorFile(clusteredVectors(500, dimensions: 200, seed: 8)))]
        for query in clusteredVectors(5, dimensions: 200, seed: 9) {
            let scores = try Self.kernels.map { kernel in
                let question = try #require(VectorQuestion(query, kernel: kernel))
                let scan = VectorScan(units: units, question: question, capacities: [500])
                return scan.candidates(chunks: 1, floors: [-.infinity])[0].map { [$0.score.bitPattern, $0.row] }
            }
            for other in scores { #expect(other == scores[0] && other.count == 500) }
        }
    }

    @Test(arguments: [2, 3, 4, 9]) func numberOfChunksChangesNothing(_ chunks: Int) throws {
        let vectors = clusteredVectors(1_000, seed: 12)
        let sizes = [1, 1, 500, 0, 63, 65, 300, 70]
        var start = 0
        let units = try sizes.map { size in
            defer { start += size }
            return VectorUnit(file: try vectorFile(Array(vectors[start..<start + size])), group: start % 2)
        }
        for query in clusteredVectors(3, seed: 13) {
            let whole = VectorSearch.search(query, in: units, limit: 20, groups: 2, kernel: .best, chunks: 1)
            #expect(VectorSearch.search(query, in: units, limit: 20, groups: 2, kernel: .best, chunks: chunks) == whole)
        }
    }

    @Test func manyUnitsOfOneRowAreOneUnitOfManyRows() throws {
        let vectors = clusteredVectors(300, seed: 14)
        let whole = [VectorUnit(file: try vectorFile(vectors))]
        let single = try vectors.map { VectorUnit(file: try vectorFile([$0])) }
        for query in clusteredVectors(3, seed: 15) {
            let expected = VectorSearch.search(query, in: whole, limit: 10)[0].map { [$0.row: $0.cosine] }
            #expect(VectorSearch.search(query, in: single, limit: 10)[0].map { [$0.unit: $0.cosine] } == expected)
        }
    }

    @Test func largeSearchOnTwoThreadsIsExact() throws {
        let vectors = clusteredVectors(2 * VectorSearch.rowsForEachChunk + 77, dimensions: 8, clusters: 200, seed: 16)
        let units = [VectorUnit(file: try vectorFile(vectors))]
        for query in clusteredVectors(2, dimensions: 8, seed: 17) + [vectors[9], vectors[vectors.count - 1]] {
            let hits = VectorSearch.search(query, in: units, limit: 10)
            #expect(try fault(hits[0], query, in: units, group: 0, limit: 10) == nil)
        }
    }

    /// The codes of such rows cannot tell them apart, so that the candidates of one pass are not enough.
    @Test(arguments: kernels) func rowsThatHardlyDifferAreToldApart(_ kernel: VectorKernel) throws {
        let vectors = clusteredVectors(1_200, dimensions: 64, clusters: 1, spread: 0.005, seed: 19)
        let units = [VectorUnit(file: try vectorFile(vectors)), VectorUnit(file: try vectorFile(Array(vectors.prefix(50))), group: 1)]
        var settled = 0
        for query in vectors.prefix(10) {
            let question = try #require(VectorQuestion(query, kernel: kernel))
            let scan = VectorScan(units: units, question: question, capacities: [40, 40])
            let found = scan.candidates(chunks: 1, floors: [-.infinity, -.infinity])
            settled += VectorRanking(found[0], isEverything: false, of: units, question, limit: 10).isSettled ? 1 : 0
            for (group, hits) in VectorSearch.search(query, in: units, limit: 10, groups: 2, kernel: kernel).enumerated() {
                #expect(try fault(hits, query, in: units, group: group, limit: 10, tolerance: 3e-7) == nil)
            }
        }
        #expect(settled == 0)
    }

    @Test func whatCannotBeSearchedFindsNothing() throws {
        let query = clusteredVectors(1, seed: 1)[0]
        let units = [VectorUnit(file: try vectorFile([query]))]
        #expect(VectorSearch.search(query, in: units, limit: 1)[0].count == 1)
        #expect(VectorSearch.search(query, in: units, limit: 0) == [[]])
        #expect(VectorSearch.search(query, in: units, limit: -1, groups: 2) == [[], []])
        #expect(VectorSearch.search(query, in: units, limit: 1, groups: 0) == [])
        #expect(VectorSearch.search(query, in: [], limit: 1) == [[]])
        #expect(VectorSearch.search([], in: units, limit: 1) == [[]])
        #expect(VectorSearch.search(Array(query.dropLast()), in: units, limit: 1) == [[]])
        #expect(VectorSearch.search([.nan] + query.dropFirst(), in: units, limit: 1) == [[]])
        #expect(VectorSearch.search(query.map { _ in 0 }, in: units, limit: 1) == [[VectorHit(unit: 0, row: 0, cosine: 0)]])
    }

    @Test func rowsBeyondAMaskAreNotVisible() throws {
        let vectors = clusteredVectors(100, seed: 18)
        let units = [VectorUnit(file: try vectorFile(vectors), mask: PassageMask(size: 70, visible: [65..<70]))]
        #expect(VectorSearch.search(vectors[0], in: units, limit: 100)[0].map(\.row).sorted() == [65, 66, 67, 68, 69])
        // The kernels must not read bits that the mask does not have.
        #expect(units[0].rows == 70)
        let longer = [VectorUnit(file: try vectorFile(vectors), mask: PassageMask(size: 200, visible: [98..<150]))]
        #expect(VectorSearch.search(vectors[0], in: longer, limit: 100)[0].map(\.row).sorted() == [98, 99])
    }
}
