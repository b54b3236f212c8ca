package import Foundation

/// Turns a file of rows into Parquet, packed as a gzipped tar of `part-00000.parquet` (contract 3.8: never a bare file).
package struct ParquetExport: Sendable {
    private let duckDB: DuckDB
    private let limits: ExtractionLimits

    /// A DuckDB object has a size of at most this many bytes more than the longest line, for what surrounds it.
    private static let objectReserveBytes = 1 << 20

    /// An export with a tool of your choice and under limits that grow with the size of the rows.
    package init(duckDB: DuckDB = .installed, limits: ExtractionLimits = ExtractionLimits()) {
        self.duckDB = duckDB
        self.limits = limits
    }

    /// Writes the rows as Parquet into a folder and returns the archive, to be streamed from there. The folder must exist, be empty, and
    /// stay until the archive has been read.
    ///
    /// Throws `ExtractionFailure`: `refused` with `DuckDB.absence` if the tool is not there.
    package func make(from rows: URL, in folder: URL) async throws -> GzippedTar {
        let part = try await parquetFile(from: rows, in: folder)
        return try await offThePool { try GzippedTar(files: [part]) }
    }

    /// Writes the rows as one Parquet file into a folder, which must exist and be empty.
    ///
    /// Throws like `make`.
    package func parquetFile(from rows: URL, in folder: URL) async throws -> URL {
        guard duckDB.isInstalled else { throw ExtractionFailure.refused(DuckDB.absence) }
        let size = try await offThePool { try fileBytes(rows) }
        let lines = folder.appendingPathComponent("rows.jsonl")
        let part = folder.appendingPathComponent("part-00000.parquet")
        let table = try await offThePool { try Self.prepare(rows, lines) }
        if table.columns.isEmpty { throw ExtractionFailure.refused("A table without columns cannot be written as Parquet.") }
        let types = table.columns.indices.map { "c\($0): \(DuckDB.literal(table.kinds[$0].sql))" }.joined(separator: ", ")
        let names = Self.distinct(table.columns).enumerated().map { "c\($0) AS \(DuckDB.name($1))" }.joined(separator: ", ")
        let ending = try await duckDB.run(
            """
            COPY (SELECT \(names) FROM read_json(\(DuckDB.literal(lines.path)), format='newline_delimited', columns={\(types)},
            maximum_object_size=\(table.longestLine + Self.objectReserveBytes)))
            TO \(DuckDB.literal(part.path)) (FORMAT parquet, COMPRESSION zstd);
            """, in: folder, limits: limits.scaled(toInputBytes: size))
        switch ending {
        case .done: break
        case .limit(let sentence): throw ExtractionFailure.limitExceeded(sentence)
        case .failed(let words): throw ExtractionFailure.crashed("DuckDB could not write Parquet: \(words)")
        }
        try await offThePool { try FileManager.default.removeItem(at: lines) }
        return part
    }

    private struct Table: Sendable {
        var columns: [String]
        var kinds: [ParquetColumn.Kind]
        var longestLine: Int
    }

    /// Finds the types and writes the rows as objects under plain keys, everything that is to be text as a string.
    private static func prepare(_ rows: URL, _ lines: URL) throws -> Table {
        var reader = try RowReader(file: rows)
        var columns = [ParquetColumn](repeating: ParquetColumn(), count: reader.columns.count)
        while try reader.nextRaw({ bytes, cells in for (index, cell) in cells.enumerated() { columns[index].add(cell, bytes) } }) {}

        let kinds = columns.map(\.kind)
        let output = try BufferedFile(lines)
        var longestLine = 0
        var line: [UInt8] = []
        reader = try RowReader(file: rows)
        while try reader.nextRaw({ bytes, cells in
            line.removeAll(keepingCapacity: true)
            for (index, cell) in cells.enumerated() {
                line.append(contentsOf: "\(index == 0 ? "{" : ",")\"c\(index)\":".utf8)
                switch cell.kind {
                case .null: line.append(contentsOf: "null".utf8)
                case .scalar where kinds[index] != .text, .nested where kinds[index] != .text: line.append(bytes, cell.start, cell.end)
                case .scalar, .nested: JSONText.appendString(bytes, cell.start, cell.end, to: &line)
                default: line.append(bytes, cell.start - 1, cell.end + 1)
                }
            }
            line.append(contentsOf: [0x7D, 0x0A])
        }) {
            longestLine = max(longestLine, line.count)
            try output.append(line)
        }
        try output.close()
        return Table(columns: reader.columns, kinds: kinds, longestLine: longestLine)
    }

    /// Names that differ by more than case, as DuckDB demands: of two that do not, the later one gets a number.
    private static func distinct(_ names: [String]) -> [String] {
        var used = Set<String>()
        return names.map { name in
            var unique = name
            var number = 2
            while !used.insert(unique.lowercased()).inserted {
                unique = "\(name)_\(number)"
                number += 1
            }
            return unique
        }
    }
}
