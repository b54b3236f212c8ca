import Foundation
import Retrieval

/// The exact search for the nearest ten of many vectors, in one file or cut into several.
struct VectorSubject: Subject {
    private static let limit = 10
    private static let queryCount = 50

    private let file: VectorFile
    private let queries: [[Float]]
    private let folder: URL

    /// Grows the vectors in `base`, but for the last ones, which are the queries, to `rows` rows in a vector file in `folder`; with `isRaw` also
    /// to a file of floats for the peer.
    init(base: String, rows: String, folder: String, isRaw: Bool) throws {
        let vectors = try FloatFile.read(base)
        guard let count = Int(rows), vectors.count > 2 * Self.queryCount else { throw Refusal("Too few vectors in \(base).") }
        queries = vectors.suffix(Self.queryCount)
        self.folder = URL(fileURLWithPath: folder)
        let url = self.folder.appending(path: "\(count).vectors")
        var grown = GrownRows(Array(vectors.dropLast(Self.queryCount)))
        let builder = try VectorFileBuilder(family: SentenceEncoder.family, to: url)
        let raw = isRaw ? try Self.create(self.folder.appending(path: "\(count).f32")) : nil
        for _ in 0..<count {
            let row = grown.next()
            try builder.append(row)
            try raw?.write(contentsOf: row.withUnsafeBytes { Data($0) })
        }
        try builder.finish()
        file = try VectorFile(contentsOf: url)
    }

    private static func create(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    func answer(_ request: [String]) throws -> Answer {
        switch (request.first, request.dropFirst().compactMap(Int.init)) {
        case ("search", let numbers) where numbers.count == 2: return search(try units(numbers[0]), numbers[1])
        case ("exact", let numbers) where numbers.count == 1: return try exact(numbers[0])
        default: throw Refusal("What is \(request)?")
        }
    }

    private func search(_ units: [VectorUnit], _ count: Int) -> Answer {
        for query in queries.prefix(3) { _ = VectorSearch.search(query, in: units, limit: Self.limit) }
        var answer = Answer(milliseconds: [], cosines: [])
        for number in 0..<count {
            var found = [[VectorHit]]()
            let query = queries[number % queries.count]
            answer.milliseconds?.append(1000 * seconds { found = VectorSearch.search(query, in: units, limit: Self.limit) })
            if number < queries.count { answer.cosines?.append(found.joined().map(\.cosine)) }
        }
        return answer
    }

    /// What is right, from the vectors themselves, every one of them.
    private func exact(_ count: Int) throws -> Answer {
        let cosines = try queries.prefix(count).map { query in
            var best = [Float]()
            for row in 0..<file.count {
                let cosine = try file.dot(query, row)
                guard best.count < Self.limit || cosine > best[best.count - 1] else { continue }
                best.insert(cosine, at: best.firstIndex { $0 < cosine } ?? best.count)
                best = Array(best.prefix(Self.limit))
            }
            return best
        }
        return Answer(cosines: cosines)
    }

    /// The rows in so many files of equal size.
    private func units(_ count: Int) throws -> [VectorUnit] {
        guard count > 1 else { return [VectorUnit(file: file)] }
        let size = file.count / count
        return try (0..<count).map { number in
            let url = folder.appending(path: "\(file.count)-\(count)-\(number).vectors")
            if !FileManager.default.fileExists(atPath: url.path) {
                try VectorFileMerger.merge([VectorFilePiece(file: file, rows: number * size..<(number + 1) * size)], to: url)
            }
            return VectorUnit(file: try VectorFile(contentsOf: url))
        }
    }
}
