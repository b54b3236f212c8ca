import Foundation
import Testing

@testable import Retrieval

@Suite struct VectorFileBuilderTests {
    @Test func statisticsDescribeTheFileAndNothingElseIsLeft() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("vectors")
            try Data("old".utf8).write(to: url)
            let builder = try VectorFileBuilder(family: "float", to: url)
            for vector in clusteredVectors(10, seed: 1) { try builder.append(vector) }
            #expect(try Data(contentsOf: url) == Data("old".utf8))
            let statistics = try builder.finish()
            let file = try VectorFile(contentsOf: url)
            #expect(statistics == VectorFileStatistics(rows: 10, bytes: file.byteSize) && file.count == 10)
            #expect(try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int == file.byteSize)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["vectors"])
            #expect(throws: VectorFileError.finished) { try builder.finish() }
            #expect(throws: VectorFileError.finished) { try builder.append([Float](repeating: 0, count: 384)) }
            #expect(try VectorFile(contentsOf: url).count == 10)
        }
    }

    @Test func memoryDoesNotGrowWithTheRows() throws {
        try withFolder { folder in
            let builder = try VectorFileBuilder(family: "float", to: folder.appendingPathComponent("vectors"))
            let vectors = clusteredVectors(50, seed: 2)
            var most = 0
            for row in 0..<3_000 {
                try builder.append(vectors[row % 50])
                most = max(most, builder.bufferedBytes)
            }
            #expect(most <= 3 * VectorFileSection.bufferBytes && most > VectorFileSection.bufferBytes)
            #expect(try builder.finish().bytes > 10 * most / 3)
        }
    }

    @Test func unfinishedBuilderLeavesNothingBehind() throws {
        try withFolder { folder in
            do {
                let builder = try VectorFileBuilder(family: "float", to: folder.appendingPathComponent("vectors"))
                for vector in clusteredVectors(10, seed: 3) { try builder.append(vector) }
                #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test func unsuitableVectorsAreRefused() throws {
        try withFolder { folder in
            let builder = try VectorFileBuilder(family: "float", dimensions: 3, to: folder.appendingPathComponent("vectors"))
            for vector: [Float] in [[], [1, 0], [1, 0, 0, 0], [.nan, 0, 0], [0, .infinity, 0], [0, 0, -.infinity]] {
                #expect(throws: VectorFileError.unsuitableVector) { try builder.append(vector) }
            }
            try builder.append([.greatestFiniteMagnitude, .leastNonzeroMagnitude, -1])
            #expect(try builder.finish().rows == 1)
        }
    }

    @Test func moreThanTheLimitsIsRefused() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("vectors")
            let builder = try VectorFileBuilder(family: "float", dimensions: 2, limit: 2, to: url)
            for _ in 0..<2 { try builder.append([1, 0]) }
            #expect(throws: VectorFileError.tooLarge("2 vectors in one file")) { try builder.append([1, 0]) }
            #expect(throws: VectorFileError.self) { try VectorFileBuilder(family: "float", dimensions: 0, to: url) }
            #expect(throws: VectorFileError.self) { try VectorFileBuilder(family: "float", dimensions: 4_097, to: url) }
            #expect(throws: VectorFileError.self) { try VectorFileBuilder(family: String(repeating: "f", count: 65), to: url) }
            #expect(throws: VectorFileError.self) {
                try VectorFileLayout(family: "float", dimensions: 2, rows: VectorFileLayout.maximumRows + 1)
            }
            #expect(try builder.finish().rows == 2)
        }
    }

    @Test func mergedFileEqualsTheFileOfAllRows() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("merged")
            let parts = [0, 1, 2_000, 64, 3].enumerated().map { clusteredVectors($1, dimensions: 100, seed: UInt64($0)) }
            let files = try parts.map { try vectorFile($0, dimensions: 100) }
            let statistics = try VectorFileMerger.merge(files.map { VectorFilePiece(file: $0) }, to: url)
            #expect(try Data(contentsOf: url) == vectorFileData(parts.flatMap { $0 }))
            #expect(statistics.rows == 2_068)

            let ranges = [0..<0, 1..<1, 700..<1_999, 63..<64, 0..<2]
            try VectorFileMerger.merge(zip(files, ranges).map { VectorFilePiece(file: $0, rows: $1) }, to: url)
            #expect(try Data(contentsOf: url) == vectorFileData(zip(parts, ranges).flatMap { $0[$1] }))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["merged"])
        }
    }

    @Test func onlyRowsOfOneFamilyMerge() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("merged")
            let file = try vectorFile(clusteredVectors(2, seed: 1))
            let others = [
                try vectorFile(clusteredVectors(2, seed: 1), family: "other"),
                try vectorFile(clusteredVectors(2, dimensions: 383, seed: 1)),
            ]
            for other in others {
                #expect(throws: VectorFileError.differentFamilies) {
                    try VectorFileMerger.merge([VectorFilePiece(file: file), VectorFilePiece(file: other)], to: url)
                }
            }
            #expect(throws: VectorFileError.differentFamilies) { try VectorFileMerger.merge([], to: url) }
            for range in [-1..<1, 0..<3, 5..<6] {
                #expect(throws: VectorFileError.noSuchRow(range.upperBound)) {
                    try VectorFileMerger.merge([VectorFilePiece(file: file, rows: range)], to: url)
                }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }
}
