import Foundation
import Testing

@testable import Retrieval

@Suite struct VectorFileTests {
    /// Small enough to change every byte of its file, and with padding in every section.
    private let sample = clusteredVectors(3, dimensions: 20, seed: 1)

    @Test(arguments: [1, 20, 64, 65, 384, 4_096]) func vectorsComeBackAsTheyWentIn(_ dimensions: Int) throws {
        let vectors = clusteredVectors(70, dimensions: dimensions, seed: 2) + [[Float](repeating: 0, count: dimensions)]
        let file = try vectorFile(vectors, family: "größe")
        #expect(file.count == 71 && file.dimensions == dimensions && file.family == "größe")
        for (row, vector) in vectors.enumerated() {
            #expect(try file.vector(at: row) == vector)
            let product = zip(vectors[3], vector).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            #expect(abs(Double(try file.dot(vectors[3], row)) - product) < 1e-5)
        }
        #expect(throws: VectorFileError.noSuchRow(71)) { try file.vector(at: 71) }
        #expect(throws: VectorFileError.noSuchRow(-1)) { try file.dot(vectors[0], -1) }
        #expect(throws: VectorFileError.unsuitableVector) { try file.dot(vectors[0] + [0], 0) }
    }

    @Test func codesAreTheComponentsToHalfAStep() throws {
        let vectors = clusteredVectors(9, dimensions: 100, seed: 3)
        let file = try vectorFile(vectors)
        for (row, vector) in vectors.enumerated() {
            let (scale, codes) = (file.scales[row], file.codes + row * file.stride)
            for index in 0..<100 { #expect(abs(scale * Float(Int(codes[index]) - 128) - vector[index]) <= scale * 0.501) }
            for index in 100..<file.stride { #expect(codes[index] == 128) }
        }
    }

    @Test func fileWithoutRowsWorks() throws {
        let file = try vectorFile([])
        #expect(file.count == 0 && file.byteSize == VectorFileLayout.headerBytes)
        #expect(VectorSearch.search(clusteredVectors(1, seed: 1)[0], in: [VectorUnit(file: file)], limit: 3) == [[]])
    }

    @Test func fileCutAnywhereThrows() throws {
        let data = try vectorFileData(sample)
        for length in 0..<data.count { #expect(throws: VectorFileError.self) { try VectorFile(Data(data.prefix(length))) } }
        #expect(throws: VectorFileError.self) { try VectorFile(data + Data([0])) }
        #expect(throws: VectorFileError.self) { try VectorFile(data + Data(count: 64)) }
    }

    @Test func fileChangedInAnyByteThrows() throws {
        let data = try vectorFileData(sample)
        var random = SeededGenerator(11)
        for index in data.indices {
            var changed = data
            changed[index] ^= UInt8.random(in: 1...255, using: &random)
            #expect(throws: VectorFileError.self) { try VectorFile(changed) }
        }
        _ = try VectorFile(data)
    }

    @Test func mappedFileCutOrChangedThrows() throws {
        try withFolder { folder in
            let data = try vectorFileData(clusteredVectors(100, seed: 4))
            let layout = try VectorFileLayout(family: "float", dimensions: 384, rows: 100)
            #expect(data.count > MappedBytes.mappedBytes && data.count == layout.fileBytes)
            let url = folder.appendingPathComponent("vectors")
            for section in [0..<VectorFileLayout.headerBytes] + layout.sections {
                for place in [section.lowerBound, (section.lowerBound + section.upperBound) / 2, section.upperBound - 1] {
                    var changed = data
                    changed[place] ^= 4
                    try changed.write(to: url)
                    #expect(throws: VectorFileError.self) { try VectorFile(contentsOf: url) }
                    try data.prefix(place).write(to: url)
                    #expect(throws: VectorFileError.self) { try VectorFile(contentsOf: url) }
                }
            }
            try data.write(to: url)
            #expect(try VectorFile(contentsOf: url).count == 100)
        }
    }

    @Test func headerThatClaimsNonsenseThrows() throws {
        let data = try vectorFileData(sample)
        for (place, bytes) in [
            (12, [0, 0, 0, 0]), (12, [255, 255, 255, 255]), (23, [127]), (23, [255]), (18, [255]), (44, [255, 0, 0, 0]),
        ] {
            var changed = data
            changed.replaceSubrange(place..<place + bytes.count, with: bytes.map { UInt8($0) })
            let checksum = changed.prefix(124).withUnsafeBytes { Checksum.of($0) }
            withUnsafeBytes(of: checksum) { changed.replaceSubrange(124..<128, with: $0) }
            #expect(throws: VectorFileError.self, "\(place)") { try VectorFile(changed) }
        }
        var newer = data
        newer[8] = 2
        #expect(throws: VectorFileError.unknownVersion(2)) { try VectorFile(newer) }
    }

    @Test(arguments: VectorKernel.allCases.filter(\.isSupported)) func nonsenseWithRightChecksumsIsSafeToSearch(_ kernel: VectorKernel)
        throws
    {
        var random = SeededGenerator(5)
        let layout = try VectorFileLayout(family: "float", dimensions: 100, rows: 77)
        let query = clusteredVectors(1, dimensions: 100, seed: 6)[0]
        for _ in 0..<20 {
            let noise = (0..<layout.fileBytes - layout.vectors.lowerBound).map { _ in UInt8.random(in: 0...255, using: &random) }
            let file = try VectorFile(sealedVectorFile(layout, sections: noise))
            let hits = VectorSearch.search(query, in: [VectorUnit(file: file)], limit: 30, groups: 1, kernel: kernel)[0]
            #expect(hits.count <= 30 && hits.allSatisfy { !$0.cosine.isNaN && (0..<77).contains($0.row) })
        }
        let nothing = try VectorFile(sealedVectorFile(layout, sections: noiseOfNaN(layout)))
        #expect(VectorSearch.search(query, in: [VectorUnit(file: nothing)], limit: 30, groups: 1, kernel: kernel) == [[]])
    }

    private func noiseOfNaN(_ layout: VectorFileLayout) -> [UInt8] {
        [UInt8](repeating: 0xFF, count: layout.fileBytes - layout.vectors.lowerBound)
    }

    #if os(Linux)
        @Test func openingLeavesNothingInMemory() throws {
            try withFolder { folder in
                let url = folder.appendingPathComponent("vectors")
                try vectorFileData(clusteredVectors(1_500, seed: 7)).write(to: url)
                let file = try VectorFile(contentsOf: url)
                #expect(file.byteSize > 2 * VectorFile.sliceBytes)
                #expect(try residentKilobytes(of: url) == 0)
                _ = VectorSearch.search(try file.vector(at: 9), in: [VectorUnit(file: file)], limit: 1)
                let resident = try withExtendedLifetime(file) { try residentKilobytes(of: url) }
                #expect(resident > 0)
            }
        }

        /// What the system counts as resident of the mapped file.
        private func residentKilobytes(of url: URL) throws -> Int {
            let handle = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
            let maps = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n")
            let start = try #require(maps.firstIndex { $0.contains(url.deletingLastPathComponent().lastPathComponent) })
            let line = try #require(maps[start...].first { $0.hasPrefix("Rss:") })
            return try #require(line.split(separator: " ").compactMap { Int($0) }.first)
        }
    #endif
}
